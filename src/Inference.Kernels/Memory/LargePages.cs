using System.Runtime.InteropServices;

namespace Inference.Kernels.Memory;

/// <summary>Asks Linux for pages of 2 MB behind memory that was not written yet: first accesses to pages of 4 KB take most of the time of packing, more so in a virtual machine.</summary>
internal static unsafe partial class LargePages
{
    /// <summary>Bytes of a large page, and the alignment of memory that is to have them.</summary>
    public const nuint Bytes = 2 << 20;

    private const int Advice = 14;

    /// <summary>Whether the system is asked for large pages: Linux alone.</summary>
    public static bool Exist => OperatingSystem.IsLinux();

    /// <summary>Asks for large pages. The system may ignore it (<c>/sys/kernel/mm/transparent_hugepage/enabled</c>).</summary>
    /// <param name="region">Memory that begins at a multiple of <see cref="Bytes"/>.</param>
    /// <param name="bytes">Its length, a multiple of <see cref="Bytes"/>.</param>
    public static void Ask(byte* region, nuint bytes)
    {
        if (Exist)
        {
            _ = MemoryAdvise(region, bytes, Advice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
