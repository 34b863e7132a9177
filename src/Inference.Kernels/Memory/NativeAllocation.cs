using System.Runtime.InteropServices;

namespace Inference.Kernels.Memory;

/// <summary>Blocks of native memory, 64-byte aligned, contents undefined. The only place in this project that allocates system memory.</summary>
internal static unsafe class NativeAllocation
{
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
        bool isLarge = LargePages.Suit(bytes);
        byte* block = (byte*)NativeMemory.AlignedAlloc(checked(bytes + tail), isLarge ? (nuint)LargePages.Bytes : NativeBuffer.Alignment);
        if (isLarge)
        {
            LargePages.Ask(block, bytes);
        }

        Clear(block + bytes, tail);
        return block;
    }

    /// <summary>Frees a block; null is allowed.</summary>
    public static void Free(void* block) => NativeMemory.AlignedFree(block);
#endif

    /// <summary>Sets bytes to zero.</summary>
    public static void Clear(byte* block, nuint bytes) => NativeMemory.Clear(block, bytes);
}
