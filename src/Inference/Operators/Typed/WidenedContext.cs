using System.Runtime.InteropServices;
using Inference.Graph;
using Inference.Operators.Casting;

namespace Inference.Operators.Typed;

/// <summary>A run in which float16 and bfloat16 tensors appear as float: inputs are widened when asked for, outputs rounded by <see cref="Complete"/>.</summary>
internal sealed unsafe class WidenedContext : KernelContext, IDisposable
{
    private readonly KernelContext _outer;
    private readonly ElementType[] _outputTypes;
    private void* _scratch;

    public WidenedContext(KernelContext outer)
    {
        _outer = outer;
        int inputs = outer.InputCount;
        int outputs = outer.OutputCount;
        InputSlots = new int[inputs];
        OutputSlots = new int[outputs];
        Slots = new EngineValue?[inputs + outputs];
        _outputTypes = new ElementType[outputs];
        ElementType narrow = ElementType.Float16;
        for (int i = 0; i < inputs; i++)
        {
            InputSlots[i] = outer.HasInput(i) ? i : -1;
            Slots[i] = outer.InputValue(i);
            if (Slots[i] is Tensor { Type: ElementType.Float16 or ElementType.BFloat16 } tensor)
            {
                narrow = tensor.Type;
                Slots[i] = Widen(tensor);
            }
        }

        for (int i = 0; i < outputs; i++)
        {
            OutputSlots[i] = outer.HasOutput(i) ? inputs + i : -1;
            _outputTypes[i] = narrow;
        }
    }

    public override Node Node => _outer.Node;

    public override int Threads => _outer.Threads;

    public override CancellationToken Cancellation => _outer.Cancellation;

    /// <summary>The float form of an output that is stated already.</summary>
    protected override Tensor MissingOutput(int index)
    {
        Tensor own = _outer.Output(index);
        Tensor tensor = IsNarrow(own.Type) ? Tensor.Allocate(ElementType.Float, own.Dims) : own;
        Slots[OutputSlots[index]] = tensor;
        return tensor;
    }

    public override Tensor Output(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        Tensor own = _outer.Output(index, type == ElementType.Float ? _outputTypes[index] : type, dims);
        Tensor tensor = IsNarrow(own.Type) ? Tensor.Allocate(ElementType.Float, dims) : own;
        Slots[OutputSlots[index]] = tensor;
        return tensor;
    }

    public override void SetOutput(int index, EngineValue value) => _outer.SetOutput(index, value);

    public override byte* Scratch(long bytes)
    {
        NativeMemory.AlignedFree(_scratch);
        _scratch = NativeMemory.AlignedAlloc(checked((nuint)Math.Max(bytes, 1)), 64);
        return (byte*)_scratch;
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
        NativeMemory.AlignedFree(_scratch);
        _scratch = null;
    }

    private static bool IsNarrow(ElementType type) => type is ElementType.Float16 or ElementType.BFloat16;

    private static Tensor Widen(Tensor tensor)
    {
        Tensor wide = Tensor.Allocate(ElementType.Float, tensor.Dims);
        ElementConverter.Convert(tensor.Type, tensor.Data, ElementType.Float, wide.Data, tensor.Count, saturate: true, Float8E8M0Rounding.Up);
        return wide;
    }
}
