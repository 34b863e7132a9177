using System.Runtime.InteropServices;

namespace Inference.Kernels.Memory;

/// <summary>Asks Linux for pages of 2 MB behind blocks that were not written yet: first accesses to pages of 4 KB take most of the time of packing, more so in a virtual machine.</summary>
internal static unsafe partial class LargePages
{
    /// <summary>Bytes of a large page, and the alignment of a block that is to have them.</summary>
    public const int Bytes = 2 << 20;

    private const int Advice = 14;

    /// <summary>Whether a block of this length is to have large pages; other systems than Linux are not asked.</summary>
    public static bool Suit(nuint bytes) => bytes >= Bytes && OperatingSystem.IsLinux();

    /// <summary>Asks for large pages. The system may ignore it (<c>/sys/kernel/mm/transparent_hugepage/enabled</c>).</summary>
    /// <param name="block">A block that <see cref="Suit"/> accepts and that begins at a multiple of <see cref="Bytes"/>.</param>
    /// <param name="bytes">Its length; what does not fill a large page is left alone.</param>
    public static void Ask(byte* block, nuint bytes) => _ = MemoryAdvise(block, bytes & ~((nuint)Bytes - 1), Advice);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
