using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
            throw new InferenceException($"Rows of {parent} do not fill whole bytes; a view of them is not possible. Unpack the tensor first.");
        }

        _elementOffset = start * rowElements;
        _parent = (TensorValue)parent.Retain();
    }

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
        return _parent.AsBytes().Slice(checked((int)ElementType.ByteCount(_elementOffset)), checked((int)ByteCount));
    }

    public override Span<byte> AsWritableBytes()
    {
        ThrowNotWritable(this, "shared");
        return default;
    }

    public override MemoryHandle Pin()
    {
        _references.ThrowIfZero(this);
        MemoryHandle handle = _parent.Pin();
        return new ShiftedPin(handle).At((byte*)handle.Pointer + ElementType.ByteCount(_elementOffset));
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
            _parent.Dispose();
        }
    }

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

        public MemoryHandle At(byte* address) => new(address, default, this);

        public MemoryHandle Pin(int elementIndex) => throw new InvalidOperationException("A row view is pinned through its tensor.");

        public void Unpin() => _parent.Dispose();
    }
}
