using System.Buffers;

namespace Inference;

/// <summary>A tensor over a pooled, pinned, 64-byte aligned block. The block goes back to the pool when no reference, no pin and no run is left.</summary>
internal sealed unsafe class OwnedTensor : TensorValue, IPinnable
{
    private readonly int _length;
    private TensorBlock? _block;
    private ReferenceCount _references = new();

    public OwnedTensor(ElementType type, ReadOnlySpan<long> shape)
        : base(type, shape)
    {
        long bytes = ByteCount;
        _block = TensorMemoryPool.Rent(bytes);
        _length = (int)bytes;
    }

    public override ReadOnlySpan<T> AsSpan<T>() => Cast<T>(this, Live());

    public override Span<T> AsWritableSpan<T>() => Cast<T>(this, Writable());

    public override ReadOnlySpan<byte> AsBytes() => Live();

    public override Span<byte> AsWritableBytes() => Writable();

    public override MemoryHandle Pin() => PinAt(0);

    /// <summary>A handle on the byte at <paramref name="offset"/>.</summary>
    public MemoryHandle PinAt(long offset)
    {
        _references.AddPin(this);
        return new MemoryHandle(Address + offset, default, this);
    }

    MemoryHandle IPinnable.Pin(int elementIndex) => PinAt(ElementType.ByteCount(elementIndex));

    void IPinnable.Unpin()
    {
        if (_references.RemovePin())
        {
            Free();
        }
    }

    public override ModelValue Retain()
    {
        _references.Increment(this);
        return this;
    }

    public override void Dispose()
    {
        if (_references.Decrement())
        {
            Free();
        }
    }

    internal override bool TryHold(out void* address)
    {
        _references.AddRun(this);
        address = Address;
        return true;
    }

    internal override void EndHold()
    {
        if (_references.RemoveRun())
        {
            Free();
        }
    }

    // Only behind a pin or a run, which keep the block.
    private byte* Address => _block!.Data;

    // One call alone brings the count to zero.
    private void Free()
    {
        TensorBlock block = _block!;
        _block = null;
        TensorMemoryPool.Return(block);
    }

    private Span<byte> Live()
    {
        _references.ThrowIfZero(this);
        TensorBlock? block = _block;
        if (block is null)
        {
            ReferenceCount.ThrowDisposed(this);
        }

        return block.Span(_length);
    }

    private Span<byte> Writable()
    {
        Span<byte> live = Live();
        if (_references.IsShared)
        {
            ThrowNotWritable(this, "shared");
        }

        return live;
    }
}
