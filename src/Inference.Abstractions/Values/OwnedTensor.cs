using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>A tensor over a pooled, pinned, 64-byte aligned block.</summary>
internal sealed unsafe class OwnedTensor : TensorValue
{
    private readonly int _length;
    private byte[]? _block;
    private byte* _data;
    private ReferenceCount _references = new();

    public OwnedTensor(ElementType type, ReadOnlySpan<long> shape)
        : base(type, shape)
    {
        long bytes = ByteCount;
        _block = TensorMemoryPool.Rent(bytes);
        _data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_block)) + TensorMemoryPool.AlignedOffset(_block);
        _length = (int)bytes;
    }

    public override ReadOnlySpan<T> AsSpan<T>() => Cast<T>(this, Live());

    public override Span<T> AsWritableSpan<T>() => Cast<T>(this, Writable());

    public override ReadOnlySpan<byte> AsBytes() => Live();

    public override Span<byte> AsWritableBytes() => Writable();

    // The block is on the pinned heap: no handle is needed, and the caller holds the value while it uses the address.
    public override MemoryHandle Pin()
    {
        _references.ThrowIfZero(this);
        return new MemoryHandle(_data);
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
            byte[] block = _block!;
            _block = null;
            _data = null;
            TensorMemoryPool.Return(block);
        }
    }

    private Span<byte> Live()
    {
        _references.ThrowIfZero(this);
        return new Span<byte>(_data, _length);
    }

    private Span<byte> Writable()
    {
        _references.ThrowIfZero(this);
        if (_references.IsShared)
        {
            ThrowNotWritable(this, "shared");
        }

        return new Span<byte>(_data, _length);
    }
}
