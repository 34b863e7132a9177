using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>A tensor of strings over an array of its own.</summary>
internal sealed class StringTensor : TensorValue
{
    private readonly string[] _items;
    private ReferenceCount _references = new();

    public StringTensor(string[] items, ReadOnlySpan<long> shape)
        : base(ElementType.String, shape) => _items = items;

    public StringTensor(long count, ReadOnlySpan<long> shape)
        : base(ElementType.String, shape)
    {
        _items = new string[checked((int)count)];
        Array.Fill(_items, "");
    }

    public override ReadOnlySpan<T> AsSpan<T>() => Items<T>();

    public override Span<T> AsWritableSpan<T>()
    {
        if (_references.IsShared)
        {
            ThrowNotWritable(this, "shared");
        }

        return Items<T>();
    }

    public override ReadOnlySpan<byte> AsBytes()
    {
        ThrowNoBytes();
        return default;
    }

    public override Span<byte> AsWritableBytes()
    {
        ThrowNoBytes();
        return default;
    }

    public override MemoryHandle Pin()
    {
        ThrowNoBytes();
        return default;
    }

    public override TensorValue Retain()
    {
        _references.Increment(this);
        return this;
    }

    public override void Dispose() => _references.Decrement();

    private Span<T> Items<T>()
    {
        _references.ThrowIfZero(this);
        if (typeof(T) != typeof(string))
        {
            ThrowWrongType<T>(this);
        }

        return MemoryMarshal.CreateSpan(ref Unsafe.As<string, T>(ref MemoryMarshal.GetArrayDataReference(_items)), _items.Length);
    }
}
