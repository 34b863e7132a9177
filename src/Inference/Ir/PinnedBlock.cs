#if !GUARD_PAGES
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#endif

namespace Inference.Ir;

/// <summary>Memory that does not move, 64-byte aligned, contents undefined, left to the garbage collector. The only place of this project that asks for such memory.</summary>
internal sealed unsafe class PinnedBlock
{
    /// <summary>Bytes beside the block that its alignment takes from the largest array.</summary>
    public const int Alignment = Kernels.Memory.NativeBuffer.Alignment;

#if GUARD_PAGES
    private readonly long _bytes;

    public PinnedBlock(long bytes)
    {
        Data = (byte*)Guarding.GuardedAllocator.Allocate(bytes);
        _bytes = Math.Max(1, bytes);
        GC.AddMemoryPressure(_bytes);
    }

    ~PinnedBlock()
    {
        Guarding.GuardedAllocator.Free(Data);
        GC.RemoveMemoryPressure(_bytes);
    }

    /// <summary>Whether every value is to have a block of its own with its exact size.</summary>
    public static bool IsExact => true;

    /// <summary>Whether a block made for <paramref name="capacity"/> bytes may be used again for <paramref name="bytes"/>: never, so that each value has its exact size.</summary>
    public static bool CanReuse(long capacity, long bytes) => false;
#else
    // Lines, not bytes: an array has at most 2³¹ elements of either.
    private readonly Line[] _lines;

    /// <summary>Allocates a block of at least <paramref name="bytes"/>.</summary>
    /// <exception cref="InferenceException">The process cannot have as much memory.</exception>
    public PinnedBlock(long bytes)
    {
        try
        {
            _lines = GC.AllocateUninitializedArray<Line>(checked((int)((bytes + (2 * Alignment) - 1) / Alignment)), pinned: true);
        }
        catch (OutOfMemoryException exception)
        {
            throw new InferenceException($"A block of {bytes} bytes was requested, which the process cannot allocate. Use smaller inputs, or give the process more memory.", exception);
        }

        Data = (byte*)(((nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_lines)) + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    /// <summary>Whether every value is to have a block of its own with its exact size.</summary>
    public static bool IsExact => false;

    /// <summary>Whether a block made for <paramref name="capacity"/> bytes may be used again for <paramref name="bytes"/>.</summary>
    public static bool CanReuse(long capacity, long bytes) => bytes <= capacity;
#endif

    /// <summary>What the block takes, bytes.</summary>
#if GUARD_PAGES
    public long Bytes => _bytes;
#else
    public long Bytes => _lines.LongLength * Alignment;
#endif

    /// <summary>The first byte.</summary>
    public byte* Data { get; }

    /// <summary>What is erased by <see cref="Erase"/>: the memory, which does not keep the block.</summary>
#if GUARD_PAGES
    public object Memory => this;
#else
    public object Memory => _lines;
#endif

    /// <summary>Sets memory that nothing uses any more to zero.</summary>
#if GUARD_PAGES
    public static void Erase(object memory) => Kernels.Memory.NativeAllocation.Clear(((PinnedBlock)memory).Data, (nuint)((PinnedBlock)memory)._bytes);
#else
    public static void Erase(object memory) => Array.Clear((Line[])memory);
#endif

#if !GUARD_PAGES
    [StructLayout(LayoutKind.Sequential, Size = Alignment)]
    private struct Line;
#endif
}
