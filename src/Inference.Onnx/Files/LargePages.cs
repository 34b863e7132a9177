using System.Runtime.InteropServices;

namespace Inference.Onnx.Files;

/// <summary>
/// Asks Linux for pages of 2 MB behind a large block that was not written yet. Each first access to a page of 4 KB is a page fault, which costs more than reading the page where the system is virtual.
/// The system may ignore it (<c>/sys/kernel/mm/transparent_hugepage/enabled</c>), and other systems are not asked.
/// </summary>
internal static unsafe partial class LargePages
{
    // A block of this size holds at least one whole page of 2 MB wherever it lies.
    private const int LeastBytes = 4 << 20;
    private const int Advice = 14;

    /// <summary>Asks for large pages; smaller blocks are left alone.</summary>
    /// <param name="block">Memory that does not move.</param>
    public static void Ask(Span<byte> block)
    {
        if (block.Length >= LeastBytes && OperatingSystem.IsLinux())
        {
            nuint page = (nuint)Environment.SystemPageSize;
            fixed (byte* first = block)
            {
                nuint start = ((nuint)first + page - 1) & ~(page - 1);
                nuint end = ((nuint)first + (nuint)block.Length) & ~(page - 1);
                _ = MemoryAdvise((void*)start, end - start, Advice);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
