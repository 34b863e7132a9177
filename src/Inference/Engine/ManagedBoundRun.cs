using Inference.Execution;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Planning;
using Inference.Serving;

namespace Inference.Engine;

/// <summary>A bound run on the managed engine. One thread at a time.</summary>
internal sealed unsafe class ManagedBoundRun : BoundRun
{
    private readonly LoadedModel _model;
    private readonly RunGate _gate;
    private readonly ModelPort[] _ports;
    private readonly EngineValue?[] _values;
    private readonly ModelValue?[] _bound;
    private readonly TensorPin[] _pins;
    private readonly ModelValue?[] _outputs;
    private readonly ModelValue?[] _shown;
    private readonly TensorPin[] _outputPins;
    private readonly RunControl _control;
    private readonly TimeSpan? _maxRunTime;
    private readonly TimeProvider _clock;
    private TensorPin _sparePin = new();
    private long _outputBytes;
    private ExecutablePlan? _plan;
    private ExecutionFrame? _frame;

    public ManagedBoundRun(LoadedModel model, RunGate gate, TimeSpan? maxRunTime, TimeProvider clock)
    {
        _control = new(new(model.MaxMemoryBytes));
        _maxRunTime = maxRunTime;
        _clock = clock;
        _model = model;
        _gate = gate;
        _ports = [.. model.Info.Inputs.Where(p => !p.IsOptional)];
        _values = new EngineValue?[_ports.Length];
        _bound = new ModelValue?[_ports.Length];
        _pins = NewPins(_ports.Length);
        _outputs = new ModelValue?[model.Info.Outputs.Count];
        _shown = new ModelValue?[_outputs.Length];
        _outputPins = NewPins(_outputs.Length);
    }

    // A handle on borrowed memory would stay for good.
    ~ManagedBoundRun() => ReleasePins();

    public override void SetInput(string name, TensorValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        BeginUse();
        try
        {
            int index = Array.FindIndex(_ports, p => p.Name == name);
            if (index < 0)
            {
                throw new InvalidInputException($"Model '{_model.Info.Name}': got '{name}', which is no input that can be bound; expected {string.Join(", ", _ports.Select(p => $"'{p.Name}'"))}.");
            }

            if (IsOwnOutput(value))
            {
                throw new InvalidInputException($"Model '{_model.Info.Name}', input '{name}': expected a value that runs do not write, got an output of the same bound run. Bind a copy of it: its Retain() makes one.");
            }

            InputBinder.Check(_model.Info.Name, _ports[index], value);
            Bind(index, value);
        }
        finally
        {
            EndUse();
        }
    }

    public override void Run(CancellationToken cancellationToken = default)
    {
        BeginUse();
        try
        {
            _control.Begin(cancellationToken, _maxRunTime, _clock);
            _control.Memory.ClaimAlone(_outputBytes);
            if (_frame is null || HasSpecialized())
            {
                PrepareFrame();
            }
            else
            {
                _frame.Begin(_control);
            }

            _frame!.Execute();
            for (int i = 0; i < _outputs.Length; i++)
            {
                if (!_plan!.OutputIsDirect[i])
                {
                    using KernelControl.Scope scope = KernelControl.Enter(_control);
                    Copy(i);
                }
            }
        }
        finally
        {
            _control.End();
            EndUse();
        }
    }

    public override ModelValue GetOutput(string name)
    {
        RequireIdle();
        IReadOnlyList<ModelPort> ports = _model.Info.Outputs;
        for (int i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name == name)
            {
                ModelValue output = _outputs[i] ?? throw new InferenceException($"Model '{_model.Info.Name}': output '{name}' was read before the first run. Call Run first.");
                return output is TensorValue { ElementType: not ElementType.String } tensor ? _shown[i] = Show(tensor, _shown[i]) : output;
            }
        }

        throw new InferenceException($"Model '{_model.Info.Name}': there is no output '{name}'; there are {string.Join(", ", ports.Select(p => $"'{p.Name}'"))}.");
    }

    public override void Dispose() => Close();

    private static TensorPin[] NewPins(int count)
    {
        var pins = new TensorPin[count];
        for (int i = 0; i < count; i++)
        {
            pins[i] = new TensorPin();
        }

        return pins;
    }

    protected override void Release()
    {
        GC.SuppressFinalize(this);
        ReleaseFrame();
        for (int i = 0; i < _ports.Length; i++)
        {
            _values[i] = null;
            _bound[i]?.Dispose();
        }

        foreach (ModelValue? output in _outputs)
        {
            output?.Dispose();
        }

        ReleasePins();
        _gate.Exit();
    }

    private void ReleasePins()
    {
        foreach (TensorPin pin in _pins)
        {
            pin.Dispose();
        }

        foreach (TensorPin pin in _outputPins)
        {
            pin.Dispose();
        }

        _sparePin.Dispose();
    }

    // What was bound before stays where the new value cannot be held.
    private void Bind(int index, TensorValue value)
    {
        EngineValue bound;
        if (value.ElementType == ElementType.String)
        {
            bound = ValueConversion.ToEngine(value, InputBinder.Shape(_ports[index], value), MemoryBudget.Unlimited);
        }
        else
        {
            _sparePin.Hold(value);
            var tensor = new Tensor();
            tensor.Set(value.ElementType, InputBinder.Shape(_ports[index], value), _sparePin.Address, _sparePin);
            bound = tensor;
        }

        // Borrowed memory is read in place, as documented; owned memory is kept by a reference, so that nobody writes to it unseen.
        ModelValue? kept = value.IsBorrowed ? null : value.Retain();
        ReleaseFrame();
        _bound[index]?.Dispose();
        _bound[index] = kept;
        _values[index] = bound;
        (_pins[index], _sparePin) = (_sparePin, _pins[index]);
        _sparePin.Dispose();
    }

    private bool HasSpecialized()
    {
        // A plan made for the contents of an input holds while they stay.
        PlanInput[] inputs = _plan!.Inputs;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Constant is { } constant && !constant.Bytes.SequenceEqual(((Tensor)_values[i]!).Bytes))
            {
                return true;
            }
        }

        return false;
    }

    private void PrepareFrame()
    {
        try
        {
            Prepare();
        }
        catch
        {
            // Half a frame has outputs without memory.
            ReleaseFrame();
            throw;
        }
    }

    private void Prepare()
    {
        ReleaseFrame();
        for (int i = 0; i < _ports.Length; i++)
        {
            if (_values[i] is null)
            {
                InputBinder.ThrowMissing(_model.Info, _ports[i]);
            }
        }

        _plan = _model.Executable.PlanFor(_values, _control);
        _frame = _plan.Rent(_control);
        for (int i = 0; i < _values.Length; i++)
        {
            _frame.SetInput(i, _values[i]!);
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            if (!_plan.OutputIsDirect[i])
            {
                continue;
            }

            SlotSpec slot = _plan.Plan.Slots[_plan.Plan.OutputSlots[i]];
            if (_outputs[i] is not TensorValue same || same.ElementType != slot.Type || !same.Shape.SequenceEqual(slot.Dims))
            {
                _outputs[i] = NewOutput(i, slot.Type, slot.Dims);
            }

            _outputPins[i].Hold((TensorValue)_outputs[i]!);
            _frame.SetOutputMemory(i, _outputPins[i]);
        }
    }

    // The old value goes before the new one comes.
    private TensorValue NewOutput(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        if (_outputs[index] is TensorValue { ElementType: not ElementType.String } old)
        {
            long freed = old.ElementType.ByteCount(TensorShape.Count(old.Shape));
            _outputBytes -= freed;
            _control.Memory.Release(freed);
        }

        _outputs[index]?.Dispose();
        _outputs[index] = null;
        long bytes = type.ByteCount(TensorShape.Count(dims));
        _control.Memory.Claim(bytes);
        _outputBytes += bytes;
        return TensorValue.Allocate(type, dims);
    }

    private void Copy(int index)
    {
        EngineValue value = _frame!.GetOutput(index);
        if (value is Tensor { Type: not ElementType.String } tensor)
        {
            if (_outputs[index] is not TensorValue same || same.ElementType != tensor.Type || !same.Shape.SequenceEqual(tensor.Dims))
            {
                _outputs[index] = NewOutput(index, tensor.Type, tensor.Dims);
            }

            ValueConversion.Copy(tensor, (TensorValue)_outputs[index]!);
            return;
        }

        _outputs[index]?.Dispose();
        _outputs[index] = ValueConversion.ToModel(value, _control.Memory);
    }

    private void ReleaseFrame()
    {
        if (_frame is { } frame)
        {
            _frame = null;
            _plan!.Return(frame);
        }
    }
}
