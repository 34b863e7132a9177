using System.Buffers;
using Inference.Execution;
using Inference.Graph;
using Inference.Planning;

namespace Inference.Loading;

/// <summary>A bound run on the managed engine. One thread at a time.</summary>
internal sealed unsafe class ManagedBoundRun : BoundRun
{
    private readonly LoadedModel _model;
    private readonly RunGate _gate;
    private readonly ModelPort[] _ports;
    private readonly EngineValue?[] _values;
    private readonly ModelValue?[] _bound;
    private readonly MemoryHandle[] _pins;
    private readonly ModelValue?[] _outputs;
    private ExecutablePlan? _plan;
    private ExecutionFrame? _frame;
    private bool _disposed;

    public ManagedBoundRun(LoadedModel model, RunGate gate)
    {
        _model = model;
        _gate = gate;
        _ports = [.. model.Info.Inputs.Where(p => !p.IsOptional)];
        _values = new EngineValue?[_ports.Length];
        _bound = new ModelValue?[_ports.Length];
        _pins = new MemoryHandle[_ports.Length];
        _outputs = new ModelValue?[model.Info.Outputs.Count];
    }

    public override void SetInput(string name, TensorValue value)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(value);
        int index = Array.FindIndex(_ports, p => p.Name == name);
        if (index < 0)
        {
            throw new InvalidInputException($"Model '{_model.Info.Name}': got '{name}', which is no input that can be bound; expected {string.Join(", ", _ports.Select(p => $"'{p.Name}'"))}.");
        }

        InputBinder.Check(_model.Info.Name, _ports[index], value);
        Unbind(index);
        // Borrowed memory is read in place, as documented; owned memory is kept by a reference.
        _bound[index] = value.IsBorrowed ? null : value.Retain();

        if (value.ElementType == ElementType.String)
        {
            _values[index] = ValueConversion.ToEngine(value);
        }
        else
        {
            _pins[index] = value.Pin();
            Tensor tensor = _values[index] as Tensor ?? new Tensor();
            tensor.Set(value.ElementType, value.Shape, _pins[index].Pointer, value);
            _values[index] = tensor;
        }

        ReleaseFrame();
    }

    public override void Run(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using MemoryLimit.Scope limit = MemoryLimit.Enter(_model.MaxMemoryBytes);
        if (_frame is null || HasSpecialized())
        {
            Prepare();
        }

        _frame!.Execute(new RunControl(cancellationToken));
        for (int i = 0; i < _outputs.Length; i++)
        {
            if (!_plan!.OutputIsDirect[i])
            {
                Copy(i);
            }
        }
    }

    public override ModelValue GetOutput(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        IReadOnlyList<ModelPort> ports = _model.Info.Outputs;
        for (int i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name == name)
            {
                return _outputs[i] ?? throw new InferenceException($"Model '{_model.Info.Name}': output '{name}' was read before the first run. Call Run first.");
            }
        }

        throw new InferenceException($"Model '{_model.Info.Name}': there is no output '{name}'; there are {string.Join(", ", ports.Select(p => $"'{p.Name}'"))}.");
    }

    public override void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        ReleaseFrame();
        for (int i = 0; i < _ports.Length; i++)
        {
            Unbind(i);
        }

        foreach (ModelValue? output in _outputs)
        {
            output?.Dispose();
        }

        _gate.Exit();
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

        _plan = _model.Executable.PlanFor(_values);
        _frame = _plan.Rent();
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
                _outputs[i]?.Dispose();
                MemoryLimit.Check(slot.Type.ByteCount(TensorShape.Count(slot.Dims)));
                _outputs[i] = TensorValue.Allocate(slot.Type, slot.Dims);
            }

            using MemoryHandle pin = ((TensorValue)_outputs[i]!).Pin();
            _frame.SetOutputMemory(i, (byte*)pin.Pointer);
        }
    }

    private void Copy(int index)
    {
        EngineValue value = _frame!.GetOutput(index);
        if (value is Tensor { Type: not ElementType.String } tensor)
        {
            if (_outputs[index] is not TensorValue same || same.ElementType != tensor.Type || !same.Shape.SequenceEqual(tensor.Dims))
            {
                _outputs[index]?.Dispose();
                _outputs[index] = TensorValue.Allocate(tensor.Type, tensor.Dims);
            }

            tensor.Bytes.CopyTo(((TensorValue)_outputs[index]!).AsWritableBytes());
            return;
        }

        _outputs[index]?.Dispose();
        _outputs[index] = ValueConversion.ToModel(value);
    }

    private void Unbind(int index)
    {
        _pins[index].Dispose();
        _pins[index] = default;
        _bound[index]?.Dispose();
        _bound[index] = null;
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
