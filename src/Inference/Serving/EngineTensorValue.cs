using System.Buffers;

namespace Inference.Serving;

/// <summary>A tensor of the engine lent to a provider; retaining it copies. The memory is used again after the call that it is lent for, so pins must have ended by then.</summary>
internal sealed unsafe class EngineTensorValue(Tensor tensor) : TensorValue(tensor.Type, tensor.Dims), IPinnable
{
    private Tensor? _tensor = tensor;
    private int _pins;

    /// <summary>Whether the provider owns the memory.</summary>
    public bool IsPinned => Volatile.Read(ref _pins) > 0;

    public override bool IsBorrowed => true;

    public override ReadOnlySpan<T> AsSpan<T>()
    {
        if (!ElementTypes.TryOf<T>(out ElementType type) || type != ElementType)
        {
            throw new InferenceException($"The tensor {this} was read as {typeof(T).Name}; its elements are {ElementType.Name()}. Read it as its own type.");
        }

        return Live().Span<T>();
    }

    public override Span<T> AsWritableSpan<T>() => throw new InferenceException($"The tensor {this} cannot be written: the engine owns it. Copy it first.");

    public override ReadOnlySpan<byte> AsBytes() => Live().Bytes;

    public override Span<byte> AsWritableBytes() => throw new InferenceException($"The tensor {this} cannot be written: the engine owns it. Copy it first.");

    public override MemoryHandle Pin()
    {
        Tensor live = Live();
        Interlocked.Increment(ref _pins);
        return new MemoryHandle(live.Data, default, this);
    }

    MemoryHandle IPinnable.Pin(int elementIndex) => Pin();

    void IPinnable.Unpin() => Interlocked.Decrement(ref _pins);

    public override TensorValue Retain()
    {
        TensorValue copy = Allocate(ElementType, Shape);
        AsBytes().CopyTo(copy.AsWritableBytes());
        return copy;
    }

    public override void Dispose() => _tensor = null;

    private Tensor Live()
    {
        Tensor? live = _tensor;
        ObjectDisposedException.ThrowIf(live is null, this);
        return live;
    }
}
