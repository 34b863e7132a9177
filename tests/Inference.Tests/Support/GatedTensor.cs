using System.Buffers;

namespace Inference.Tests.Support;

/// <summary>A tensor of a provider's own whose pinning calls back: whatever was bound before it is held by the run at that moment.</summary>
internal sealed class GatedTensor(TensorValue inner, Action pinning) : TensorValue(inner.ElementType, inner.Shape)
{
    public override ReadOnlySpan<T> AsSpan<T>() => inner.AsSpan<T>();

    public override Span<T> AsWritableSpan<T>() => inner.AsWritableSpan<T>();

    public override ReadOnlySpan<byte> AsBytes() => inner.AsBytes();

    public override Span<byte> AsWritableBytes() => inner.AsWritableBytes();

    public override MemoryHandle Pin()
    {
        pinning();
        return inner.Pin();
    }

    public override TensorValue Retain() => inner.Retain();

    public override void Dispose() => inner.Dispose();
}
