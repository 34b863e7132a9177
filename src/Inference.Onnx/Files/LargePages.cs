using System.Runtime.InteropServices;

namespace Inference.Onnx.Files;

/// <summary>
/// Tells Linux that a large block will be written. Each first access to a page of 4 KB is a page fault, which costs more than reading the page where the system is virtual: pages of 2 MB are asked for where the block holds one
/// (<c>/sys/kernel/mm/transparent_hugepage/enabled</c>), else all pages at once. The system may ignore it, and other systems are not asked.
/// </summary>
internal static unsafe partial class LargePages
{
    // A block of this size holds at least one whole page of 2 MB wherever it lies.
    private const int LeastLargeBytes = 4 << 20;
    private const int LeastBytes = 64 << 10;
    private const int AdviceLarge = 14;
    private const int AdvicePopulate = 23;

    /// <summary>Asks for the pages of a block; small ones are left alone.</summary>
    /// <param name="block">Memory that does not move, of which every byte will be written.</param>
    public static void Ask(Span<byte> block)
    {
        if (block.Length >= LeastBytes && OperatingSystem.IsLinux())
        {
            nuint page = (nuint)Environment.SystemPageSize;
            fixed (byte* first = block)
            {
                nuint start = ((nuint)first + page - 1) & ~(page - 1);
                nuint end = ((nuint)first + (nuint)block.Length) & ~(page - 1);
                _ = MemoryAdvise((void*)start, end - start, block.Length >= LeastLargeBytes ? AdviceLarge : AdvicePopulate);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
