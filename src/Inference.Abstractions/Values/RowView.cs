using System.Buffers;

namespace Inference;

/// <summary>Consecutive rows of another tensor; holds a reference to it.</summary>
internal sealed unsafe class RowView : TensorValue
{
    private readonly TensorValue _parent;
    private readonly long _elementOffset;
    private ReferenceCount _references = new();

    public RowView(TensorValue parent, int start, int count)
        : base(parent.ElementType, ShapeOf(parent, count))
    {
        long rowElements = parent.Shape[0] == 0 ? 0 : parent.ElementCount / parent.Shape[0];
        if (parent.ElementType.IsPacked() && (rowElements * parent.ElementType.BitWidth() & 7) != 0)
        {
            throw new InferenceException($"Rows of {parent} do not fill whole bytes, so a view of them cannot be created. Unpack the tensor first.");
        }

        _elementOffset = start * rowElements;
        _parent = parent.Retain();
        if (_parent is RowView view)
        {
            // Rows of rows are rows of the tensor itself.
            try
            {
                _parent = view._parent.Retain();
                _elementOffset += view._elementOffset;
            }
            finally
            {
                view.Dispose();
            }
        }
    }

    internal override bool IsPart => ElementCount < _parent.ElementCount;

    public override ReadOnlySpan<T> AsSpan<T>()
    {
        _references.ThrowIfZero(this);
        if (ElementType == ElementType.String || Matches<T>(ElementType))
        {
            return _parent.AsSpan<T>().Slice(checked((int)_elementOffset), checked((int)ElementCount));
        }

        ThrowWrongType<T>(this);
        return default;
    }

    public override Span<T> AsWritableSpan<T>()
    {
        ThrowNotWritable(this, "shared");
        return default;
    }

    public override ReadOnlySpan<byte> AsBytes()
    {
        _references.ThrowIfZero(this);
        return _parent is OwnedTensor owned ? owned.BytesAt(ByteOffset, ByteCount) : _parent.AsBytes().Slice(checked((int)ByteOffset), checked((int)ByteCount));
    }

    public override Span<byte> AsWritableBytes()
    {
        ThrowNotWritable(this, "shared");
        return default;
    }

    public override MemoryHandle Pin()
    {
        _references.ThrowIfZero(this);
        return _parent is OwnedTensor owned ? owned.PinAt(ByteOffset) : new ShiftedPin(_parent.Pin()).At(ByteOffset);
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
            _parent.Dispose();
        }
    }

    // The parent owns the memory: holding the parent holds it, even if this view is disposed.
    internal override bool TryHold(out void* address)
    {
        _references.ThrowIfZero(this);
        if (!_parent.TryHold(out address))
        {
            return false;
        }

        address = (byte*)address + ByteOffset;
        return true;
    }

    internal override void EndHold() => _parent.EndHold();

    private long ByteOffset => ElementType.ByteCount(_elementOffset);

    private static long[] ShapeOf(TensorValue parent, int count)
    {
        long[] shape = parent.Shape.ToArray();
        shape[0] = count;
        return shape;
    }

    // Releases the parent's pin when the shifted handle is disposed.
    private sealed class ShiftedPin(MemoryHandle parent) : IPinnable
    {
        private MemoryHandle _parent = parent;

        public MemoryHandle At(long offset) => new((byte*)_parent.Pointer + offset, default, this);

        public MemoryHandle Pin(int elementIndex) => throw new InvalidOperationException("A row view is pinned through its tensor.");

        public void Unpin() => _parent.Dispose();
    }
}
