using System.Buffers;

namespace Inference.OnnxRuntime;

/// <summary>An output tensor of a bound run as its user sees it: read-only, and <see cref="Retain"/> copies, because the next run overwrites it.</summary>
internal sealed class BoundOutput(TensorValue inner) : TensorValue(inner.ElementType, inner.Shape)
{
    public override ReadOnlySpan<T> AsSpan<T>() => inner.AsSpan<T>();

    public override Span<T> AsWritableSpan<T>() => throw NotWritable();

    public override ReadOnlySpan<byte> AsBytes() => inner.AsBytes();

    public override Span<byte> AsWritableBytes() => throw NotWritable();

    public override MemoryHandle Pin() => inner.Pin();

    public override TensorValue Rows(int start, int count)
    {
        using var copy = (TensorValue)Retain();
        return copy.Rows(start, count);
    }

    public override ModelValue Retain()
    {
        TensorValue copy = Allocate(ElementType, Shape);
        inner.AsBytes().CopyTo(copy.AsWritableBytes());
        return copy;
    }

    // The bound run owns the memory.
    public override void Dispose()
    {
    }

    private InferenceException NotWritable() => new($"The tensor {this} cannot be written: it is an output of a bound run. Copy it first.");
}
