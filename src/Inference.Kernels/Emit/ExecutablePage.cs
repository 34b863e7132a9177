using System.Runtime.InteropServices;

namespace Inference.Kernels.Emit;

/// <summary>
/// Memory with machine code: written first and made executable afterwards, never both at once. Pages live as long as the
/// process, as does the code that static tables point to.
/// </summary>
internal static unsafe partial class ExecutablePage
{
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int ProtExec = 4;
    private const int MapPrivate = 2;
    private const uint MemCommitReserve = 0x3000;
    private const uint PageReadWrite = 0x04;
    private const uint PageExecuteRead = 0x20;

    /// <summary>Maps <paramref name="code"/>; null if the system refuses (hardened kernels, execution policies).</summary>
    public static byte* TryMap(ReadOnlySpan<byte> code)
    {
        nuint length = ((nuint)code.Length + 4095) & ~(nuint)4095;
        try
        {
            return OperatingSystem.IsWindows() ? MapWindows(code, length) : MapUnix(code, length);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    private static byte* MapUnix(ReadOnlySpan<byte> code, nuint length)
    {
        int anonymous = OperatingSystem.IsMacOS() ? 0x1000 : 0x20;
        byte* page = (byte*)MMap(null, length, ProtRead | ProtWrite, MapPrivate | anonymous, -1, 0);
        if ((nint)page == -1)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(page, code.Length));
        if (MProtect(page, length, ProtRead | ProtExec) == 0)
        {
            return page;
        }

        _ = MUnmap(page, length);
        return null;
    }

    private static byte* MapWindows(ReadOnlySpan<byte> code, nuint length)
    {
        byte* page = (byte*)VirtualAlloc(null, length, MemCommitReserve, PageReadWrite);
        if (page == null)
        {
            return null;
        }

        code.CopyTo(new Span<byte>(page, code.Length));
        uint old;
        return VirtualProtect(page, length, PageExecuteRead, &old) != 0 ? page : null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(void* address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    private static partial void* VirtualAlloc(void* address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect")]
    private static partial int VirtualProtect(void* address, nuint length, uint protection, uint* old);
}
