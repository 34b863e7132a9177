using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>A tensor over memory that belongs to the caller; <see cref="Retain"/> copies.</summary>
internal sealed class BorrowedTensor<T>(ReadOnlyMemory<T> data, ReadOnlySpan<long> shape) : TensorValue(ElementTypes.Of<T>(), shape)
{
    private ReferenceCount _references = new();

    public override bool IsBorrowed => true;

    public override ReadOnlySpan<TElement> AsSpan<TElement>()
    {
        _references.ThrowIfZero(this);
        if (!Matches<TElement>(ElementType))
        {
            ThrowWrongType<TElement>(this);
        }

        ReadOnlySpan<T> span = data.Span;
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, TElement>(ref MemoryMarshal.GetReference(span)), span.Length);
    }

    public override Span<TElement> AsWritableSpan<TElement>()
    {
        ThrowNotWritable(this, "borrowed");
        return default;
    }

    public override ReadOnlySpan<byte> AsBytes()
    {
        _references.ThrowIfZero(this);
        ReadOnlySpan<T> span = data.Span;
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(span)), SpanLength(this, (long)span.Length * Unsafe.SizeOf<T>()));
    }

    public override Span<byte> AsWritableBytes()
    {
        ThrowNotWritable(this, "borrowed");
        return default;
    }

    public override MemoryHandle Pin()
    {
        _references.ThrowIfZero(this);
        return data.Pin();
    }

    public override TensorValue Rows(int start, int count)
    {
        using var copy = (TensorValue)Retain();
        return copy.Rows(start, count);
    }

    public override TensorValue Retain()
    {
        _references.ThrowIfZero(this);
        return Copy(data.Span, Shape);
    }

    public override void Dispose() => _references.Decrement();
}
