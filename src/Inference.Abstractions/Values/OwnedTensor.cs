using System.Buffers;

namespace Inference;

/// <summary>A tensor over a pooled, pinned, 64-byte aligned block. The block is returned to the pool when no references, pins or runs are left.</summary>
internal sealed unsafe class OwnedTensor : TensorValue, IPinnable
{
    private TensorBlock? _block;
    private ReferenceCount _references = new();

    public OwnedTensor(ElementType type, ReadOnlySpan<long> shape)
        : base(type, shape)
    {
        // Limited to the number of elements of a span; the number of bytes may be larger.
        if (ElementCount > Array.MaxLength)
        {
            throw new InferenceException($"A tensor {this} was requested; a tensor can have at most {Array.MaxLength} elements. Split it along an axis.");
        }

        _block = TensorMemoryPool.Rent(ByteCount);
    }

    public override ReadOnlySpan<T> AsSpan<T>() => Elements<T>(Live());

    public override Span<T> AsWritableSpan<T>() => Elements<T>(Writable());

    public override ReadOnlySpan<byte> AsBytes() => BytesAt(0, ByteCount);

    public override Span<byte> AsWritableBytes() => Writable().Span<byte>(0, SpanLength(this, ByteCount));

    /// <summary>Bytes from <paramref name="offset"/> on.</summary>
    public ReadOnlySpan<byte> BytesAt(long offset, long count) => Live().Span<byte>(offset, SpanLength(this, count));

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

    public override TensorValue Retain()
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

    // Used only while a pin or a run keeps the block.
    private byte* Address => _block!.Data;

    // Only one call brings the count to zero.
    private void Free()
    {
        TensorBlock block = _block!;
        _block = null;
        TensorMemoryPool.Return(block, ElementType);
    }

    private Span<T> Elements<T>(TensorBlock block)
    {
        if (!Matches<T>(ElementType))
        {
            ThrowWrongType<T>(this);
        }

        return block.Span<T>(0, (int)ElementCount);
    }

    private TensorBlock Live()
    {
        _references.ThrowIfZero(this);
        TensorBlock? block = _block;
        if (block is null)
        {
            ReferenceCount.ThrowDisposed(this);
        }

        return block;
    }

    private TensorBlock Writable()
    {
        TensorBlock live = Live();
        if (_references.IsShared)
        {
            ThrowNotWritable(this, "shared");
        }

        return live;
    }
}
