using System.Runtime.InteropServices;

namespace Inference.Kernels.Memory;

/// <summary>Asks Linux for pages of 2 MB behind blocks that were not written yet: first accesses to pages of 4 KB take most of the time of packing, more so in a virtual machine.</summary>
internal static unsafe partial class LargePages
{
    /// <summary>Bytes of a large page, and the alignment of a block that is to have them.</summary>
    public const int Bytes = 2 << 20;

    private const int Advice = 14;

    /// <summary>Asks for large pages. The system may ignore it (<c>/sys/kernel/mm/transparent_hugepage/enabled</c>), and other systems are not asked.</summary>
    /// <param name="block">A block that begins at a multiple of <see cref="Bytes"/>.</param>
    /// <param name="bytes">Its length; what does not fill a large page is left alone.</param>
    public static void Ask(byte* block, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = MemoryAdvise(block, bytes & ~((nuint)Bytes - 1), Advice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
