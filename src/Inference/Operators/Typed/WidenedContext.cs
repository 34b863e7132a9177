using Inference.Operators.Casting;

namespace Inference.Operators.Typed;

/// <summary>A run in which floating-point tensors of every type appear as one, float or double: inputs are widened, outputs rounded by <see cref="Complete"/>.</summary>
internal sealed unsafe class WidenedContext : KernelContext, IDisposable
{
    private readonly KernelContext _outer;
    private readonly ElementType _wide;
    private readonly ElementType _outputType;
    private readonly NativeBlock _scratch = new();
    private long _claimed;

    /// <summary>Widens the inputs.</summary>
    /// <param name="outer">The run itself.</param>
    /// <param name="wide">Float or double.</param>
    /// <param name="outputType">The real type of floating-point outputs whose type is not stated before the run.</param>
    public WidenedContext(KernelContext outer, ElementType wide, ElementType outputType)
    {
        _outer = outer;
        _wide = wide;
        _outputType = outputType;
        int inputs = outer.InputCount;
        int outputs = outer.OutputCount;
        InputSlots = new int[inputs];
        OutputSlots = new int[outputs];
        Slots = new EngineValue?[inputs + outputs];
        for (int i = 0; i < inputs; i++)
        {
            InputSlots[i] = outer.HasInput(i) ? i : -1;
            Slots[i] = outer.InputValue(i);
            if (Slots[i] is Tensor tensor && IsOther(tensor.Type))
            {
                Slots[i] = Widen(tensor);
            }
        }

        for (int i = 0; i < outputs; i++)
        {
            OutputSlots[i] = outer.HasOutput(i) ? inputs + i : -1;
        }
    }

    public override Node Node => _outer.Node;

    public override int Threads => _outer.Threads;

    public override RunControl Control => _outer.Control;

    public override void Claim(long bytes) => _outer.Claim(bytes);

    /// <summary>The float form of an output that is stated already.</summary>
    protected override Tensor MissingOutput(int index)
    {
        Tensor own = _outer.Output(index);
        Tensor tensor = IsOther(own.Type) ? Allocate(_wide, own.Dims) : own;
        Slots[OutputSlots[index]] = tensor;
        return tensor;
    }

    public override Tensor Output(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        Tensor own = _outer.Output(index, type == _wide ? _outputType : type, dims);
        Tensor tensor = IsOther(own.Type) ? Allocate(_wide, dims) : own;
        Slots[OutputSlots[index]] = tensor;
        return tensor;
    }

    public override void SetOutput(int index, EngineValue value) => _outer.SetOutput(index, value);

    public override byte* Scratch(long bytes)
    {
        if (bytes > _claimed)
        {
            Control.Memory.Claim(bytes - _claimed);
            _claimed = bytes;
        }

        _scratch.Reserve(bytes);
        return _scratch.Data;
    }

    public override void ThrowIfCancelled() => _outer.ThrowIfCancelled();

    public override void RunSubgraph(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs) => _outer.RunSubgraph(graph, inputs, outputs);

    /// <summary>Rounds the outputs that were asked for into the real ones.</summary>
    public void Complete()
    {
        for (int i = 0; i < OutputSlots.Length; i++)
        {
            if (OutputSlots[i] >= 0 && Slots[OutputSlots[i]] is Tensor tensor && _outer.Output(i) is var real && !ReferenceEquals(real, tensor))
            {
                ElementConverter.Convert(tensor.Type, tensor.Data, real.Type, real.Data, real.Count, saturate: true, Float8E8M0Rounding.Up);
            }
        }
    }

    public void Dispose()
    {
        Control.Memory.Release(_claimed);
        _scratch.Dispose();
    }


    private bool IsOther(ElementType type) => type != _wide && TypeSet.Floating.Contains(type);

    private Tensor Widen(Tensor tensor)
    {
        Tensor wide = Allocate(_wide, tensor.Dims);
        ElementConverter.Convert(tensor.Type, tensor.Data, _wide, wide.Data, tensor.Count, saturate: true, Float8E8M0Rounding.Up);
        return wide;
    }
}
