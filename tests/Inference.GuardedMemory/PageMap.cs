using System.Runtime.InteropServices;

namespace Inference.Guarding;

/// <summary>Pages of the system: mapped, protected, unmapped. Linux.</summary>
internal static unsafe partial class PageMap
{
    private const int ProtNone = 0;
    private const int ProtRead = 1;
    private const int ProtWrite = 2;
    private const int MapPrivate = 2;
    private const int MapFixed = 0x10;
    private const int MapAnonymous = 0x20;
    private const int MapNoReserve = 0x4000;

    public static nint Size { get; } = Environment.SystemPageSize;

    /// <summary>Maps pages that cannot be touched.</summary>
    public static nint Reserve(nint bytes)
    {
        nint map = (nint)MMap(null, (nuint)bytes, ProtNone, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
        return map != -1 ? map : throw new OutOfMemoryException($"mmap of {bytes} bytes failed with error {Marshal.GetLastPInvokeError()}.");
    }

    public static void Open(nint address, nint bytes) => Protect(address, bytes, ProtRead | ProtWrite);

    public static void ReadOnly(nint address, nint bytes) => Protect(address, bytes, ProtRead);

    /// <summary>Takes the memory away and leaves the addresses occupied.</summary>
    public static void Close(nint address, nint bytes) =>
        _ = MMap((void*)address, (nuint)bytes, ProtNone, MapPrivate | MapAnonymous | MapNoReserve | MapFixed, -1, 0);

    public static void Release(nint address, nint bytes) => _ = MUnmap((void*)address, (nuint)bytes);

    private static void Protect(nint address, nint bytes, int protection)
    {
        if (bytes > 0 && MProtect((void*)address, (nuint)bytes, protection) != 0)
        {
            throw new OutOfMemoryException($"mprotect of {bytes} bytes failed with error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* MMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int MProtect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(void* address, nuint length);
}
