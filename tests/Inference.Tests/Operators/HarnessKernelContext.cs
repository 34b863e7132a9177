using System.Runtime.InteropServices;

namespace Inference.Tests.Operators;

/// <summary>Runs one operator on values of its own.</summary>
internal sealed unsafe class HarnessKernelContext : KernelContext, IDisposable
{
    private readonly Node _node;
    private void* _scratch;

    public HarnessKernelContext(Node node, EngineValue?[] inputs, ModelValueType?[] outputs, int threads)
    {
        _node = node;
        Threads = threads;
        Slots = new EngineValue?[inputs.Length + outputs.Length];
        InputSlots = new int[inputs.Length];
        OutputSlots = new int[outputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            InputSlots[i] = inputs[i] is null ? -1 : i;
            Slots[i] = inputs[i];
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            OutputSlots[i] = node.HasOutput(i) ? inputs.Length + i : -1;
            if (outputs[i] is { Kind: ModelValueKind.Tensor } type && Shapes.Sizes(type.Shape as Dimension[] ?? type.Shape?.ToArray()) is { } sizes)
            {
                Slots[inputs.Length + i] = Tensor.Allocate(type.ElementType, sizes);
            }
        }
    }

    public override Node Node => _node;

    public override int Threads { get; }

    public EngineValue? Result(int index) => OutputSlots[index] < 0 ? null : Slots[OutputSlots[index]];

    public override Tensor Output(int index, ElementType type, ReadOnlySpan<long> dims)
    {
        if (Slots[OutputSlots[index]] is Tensor tensor)
        {
            Assert.Equal(type, tensor.Type);
            Assert.Equal(dims.ToArray(), tensor.Dims.ToArray());
            return tensor;
        }

        Tensor made = Tensor.Allocate(type, dims);
        Slots[OutputSlots[index]] = made;
        return made;
    }

    public override void SetOutput(int index, EngineValue value) => Slots[OutputSlots[index]] = value;

    public override byte* Scratch(long bytes)
    {
        Assert.True(_scratch is null, "scratch is asked for once a run");
        _scratch = NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 1), 64);
        new Span<byte>(_scratch, checked((int)bytes)).Fill(0xCD);
        return (byte*)_scratch;
    }

    public override void ThrowIfCancelled()
    {
    }

    public override void RunSubgraph(ModelGraph graph, ReadOnlySpan<EngineValue?> inputs, Span<EngineValue?> outputs) =>
        throw new NotSupportedException("The harness runs single operators; inner graphs need the engine.");

    public void Dispose()
    {
        NativeMemory.AlignedFree(_scratch);
        _scratch = null;
    }
}
