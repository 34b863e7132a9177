using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>Memory that does not move, 64-byte aligned, contents undefined; it lives as long as this object is reachable. The only place of this project that asks for such memory.</summary>
internal sealed unsafe class TensorBlock
{
    public const int Alignment = 64;

#if GUARD_PAGES
    public TensorBlock(long bytes)
    {
        Data = (byte*)Guarding.GuardedAllocator.Allocate(bytes);
        Bytes = bytes;
        GC.AddMemoryPressure(Math.Max(bytes, 1));
    }

    ~TensorBlock() => Free();

    /// <summary>Gives the memory back at once, so that later use of it faults.</summary>
    public void Free()
    {
        if (Data != null)
        {
            Guarding.GuardedAllocator.Free(Data);
            GC.RemoveMemoryPressure(Math.Max(Bytes, 1));
            Data = null;
            GC.SuppressFinalize(this);
        }
    }

    public byte* Data { get; private set; }

    /// <summary>The first bytes.</summary>
    public Span<byte> Span(int length) => new(Data, length);
#else
    private readonly byte[] _array;

    /// <summary>Allocates at least <paramref name="bytes"/> bytes, which with the alignment fit into an array.</summary>
    public TensorBlock(long bytes)
    {
        _array = GC.AllocateUninitializedArray<byte>(checked((int)(bytes + Alignment)), pinned: true);
        Data = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array)) + Alignment - 1) & ~(nuint)(Alignment - 1));
        Bytes = bytes;
    }

    public byte* Data { get; }

    /// <summary>The first bytes. A managed reference, so that the span keeps the memory where nobody refers to this object any more.</summary>
    public Span<byte> Span(int length)
    {
        ref byte start = ref MemoryMarshal.GetArrayDataReference(_array);
        return MemoryMarshal.CreateSpan(ref Unsafe.Add(ref start, Unsafe.ByteOffset(ref start, ref *Data)), length);
    }
#endif

    /// <summary>Bytes from <see cref="Data"/> on.</summary>
    public long Bytes { get; }
}
