using System.Runtime.InteropServices;

namespace Inference.Kernels.Memory;

/// <summary>Blocks of native memory, 64-byte aligned, contents undefined. With <see cref="NativeHeap"/> the only place in this project that allocates system memory.</summary>
internal static unsafe class NativeAllocation
{
    private const long PressureFrom = 1 << 20;

#if GUARD_PAGES
    /// <summary>Whether every block is allocated separately, with its exact size.</summary>
    public static bool IsExact => true;

    /// <summary>A block of <paramref name="bytes"/> bytes with <paramref name="tail"/> zeros that may be read behind it.</summary>
    public static byte* Allocate(nuint bytes, nuint tail = 0) => (byte*)Guarding.GuardedAllocator.Allocate((long)bytes, (long)tail);

    /// <summary>Frees a block; null is allowed.</summary>
    public static void Free(void* block) => Guarding.GuardedAllocator.Free(block);
#else
    /// <summary>Whether every block is allocated separately, with its exact size.</summary>
    public static bool IsExact => false;

    /// <summary>A block of <paramref name="bytes"/> bytes with <paramref name="tail"/> zeros that may be read behind it.</summary>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public static byte* Allocate(nuint bytes, nuint tail = 0)
    {
        nuint whole = checked(bytes + tail);
        byte* block = LargePages.Exist && whole >= NativeHeap.LeastBytes ? NativeHeap.Shared.Allocate(whole) : (byte*)NativeMemory.AlignedAlloc(whole, NativeBuffer.Alignment);
        Clear(block + bytes, tail);
        return block;
    }

    /// <summary>Frees a block; null is allowed.</summary>
    public static void Free(void* block)
    {
        if (!LargePages.Exist || !NativeHeap.Shared.Free(block))
        {
            NativeMemory.AlignedFree(block);
        }
    }
#endif

    /// <summary>Tells the garbage collector of a block whose owner has a finalizer. Each report may cause a collection, which takes longer than a small block is worth.</summary>
    public static void Press(long bytes)
    {
        if (bytes >= PressureFrom)
        {
            GC.AddMemoryPressure(bytes);
        }
    }

    /// <summary>Takes back what <see cref="Press"/> told.</summary>
    public static void Relieve(long bytes)
    {
        if (bytes >= PressureFrom)
        {
            GC.RemoveMemoryPressure(bytes);
        }
    }

    /// <summary>Sets bytes to zero.</summary>
    public static void Clear(byte* block, nuint bytes) => NativeMemory.Clear(block, bytes);
}
