using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Inference;

/// <summary>Memory that does not move, 64-byte aligned, contents undefined; valid as long as this object is reachable. The only place in this project that allocates such memory.</summary>
internal sealed unsafe class TensorBlock
{
    // A cache line and the widest vector, as the kernels' own buffers have it.
    public const int Alignment = 64;

#if GUARD_PAGES
    public TensorBlock(long bytes)
    {
        Data = (byte*)Guarding.GuardedAllocator.Allocate(bytes);
        Bytes = bytes;
        GC.AddMemoryPressure(Math.Max(bytes, 1));
    }

    ~TensorBlock() => Free();

    /// <summary>Frees the memory immediately, so that later use of it faults.</summary>
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

    /// <summary>Elements from byte <paramref name="offset"/> on.</summary>
    public Span<T> Span<T>(long offset, int count) => System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref System.Runtime.CompilerServices.Unsafe.AsRef<T>(Data + offset), count);
#else
    // Lines, not bytes: an array has at most 2³¹ elements of either.
    private readonly Line[] _lines;

    /// <summary>Allocates at least <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="InferenceException">The process cannot allocate that much memory.</exception>
    public TensorBlock(long bytes)
    {
        try
        {
            _lines = GC.AllocateUninitializedArray<Line>(checked((int)((bytes + (2 * Alignment) - 1) / Alignment)), pinned: true);
        }
        catch (OutOfMemoryException exception)
        {
            throw new InferenceException($"A tensor of {bytes} bytes was requested, which the process cannot allocate. Split it along an axis, or give the process more memory.", exception);
        }

        Data = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_lines)) + Alignment - 1) & ~(nuint)(Alignment - 1));
        Bytes = bytes;
    }

    public byte* Data { get; }

    /// <summary>Elements from byte <paramref name="offset"/> on. A managed reference, so that the span keeps the memory alive even if this object is no longer referenced.</summary>
    public Span<T> Span<T>(long offset, int count)
    {
        ref byte start = ref Unsafe.As<Line, byte>(ref MemoryMarshal.GetArrayDataReference(_lines));
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref start, Unsafe.ByteOffset(ref start, ref *(Data + offset)))), count);
    }

    [StructLayout(LayoutKind.Sequential, Size = Alignment)]
    private struct Line;
#endif

    /// <summary>Bytes from <see cref="Data"/> on.</summary>
    public long Bytes { get; }

    /// <summary>The pattern that fills the block while it is unused; 0 for none. See <see cref="TensorPoison"/>.</summary>
    public ulong Poison { get; set; }
}
