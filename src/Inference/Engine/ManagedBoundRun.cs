using Inference.Execution;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Planning;
using Inference.Serving;

namespace Inference.Engine;

/// <summary>A bound run on the managed engine. One thread at a time.</summary>
internal sealed unsafe class ManagedBoundRun : ServedBoundRun
{
    private readonly LoadedModel _model;
    private readonly TensorPin[] _outputPins;
    private readonly RunControl _control;
    private readonly TimeSpan? _maxRunTime;
    private readonly TimeProvider _clock;
    private long _outputBytes;
    private ExecutablePlan? _plan;
    private ExecutionFrame? _frame;

    public ManagedBoundRun(LoadedModel model, RunGate gate, TimeSpan? maxRunTime, TimeProvider clock)
        : base(model.Info, gate)
    {
        _control = new(new(model.MaxMemoryBytes));
        _maxRunTime = maxRunTime;
        _clock = clock;
        _model = model;
        _outputPins = NewPins(Outputs.Length);
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
            for (int i = 0; i < Outputs.Length; i++)
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

    private bool HasSpecialized()
    {
        // A plan made for the contents of an input holds while they stay.
        PlanInput[] inputs = _plan!.Inputs;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Constant is { } constant && !constant.Bytes.SequenceEqual(((Tensor)Values[i]!).Bytes))
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
        RequireInputs();
        _plan = _model.Executable.PlanFor(Values, _control);
        _frame = _plan.Rent(_control);
        for (int i = 0; i < Values.Length; i++)
        {
            _frame.SetInput(i, Values[i]!);
        }

        for (int i = 0; i < Outputs.Length; i++)
        {
            if (!_plan.OutputIsDirect[i])
            {
                continue;
            }

            SlotSpec slot = _plan.Plan.Slots[_plan.Plan.OutputSlots[i]];
            if (Outputs[i] is not TensorValue same || same.ElementType != slot.Type || !same.Shape.SequenceEqual(slot.Dims))
            {
                Outputs[i] = NewOutput(i, slot.Type, slot.Dims);
            }

            _outputPins[i].Hold((TensorValue)Outputs[i]!);
            _frame.SetOutputMemory(i, _outputPins[i]);
        }
    }

    // The old value goes before the new one comes.
    private TensorValue NewOutput(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        if (Outputs[index] is TensorValue { ElementType: not ElementType.String } old)
        {
            long freed = old.ElementType.ByteCount(TensorShape.Count(old.Shape));
            _outputBytes -= freed;
            _control.Memory.Release(freed);
        }

        Outputs[index]?.Dispose();
        Outputs[index] = null;
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
            if (Outputs[index] is not TensorValue same || same.ElementType != tensor.Type || !same.Shape.SequenceEqual(tensor.Dims))
            {
                Outputs[index] = NewOutput(index, tensor.Type, tensor.Dims);
            }

            ValueConversion.Copy(tensor, (TensorValue)Outputs[index]!);
            return;
        }

        Outputs[index]?.Dispose();
        Outputs[index] = ValueConversion.ToModel(value, _control.Memory);
    }

    protected override void Unprepare() => ReleaseFrame();

    protected override void ReleasePins()
    {
        base.ReleasePins();
        foreach (TensorPin pin in _outputPins)
        {
            pin.Dispose();
        }
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
