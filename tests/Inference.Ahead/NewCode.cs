using System.Runtime.InteropServices;

namespace Inference.Ahead;

/// <summary>Memory that becomes executable, as the operating system may refuse it to a process.</summary>
internal static partial class NewCode
{
    // linux/prctl.h, sys/mman.h.
    private const int SetMemoryDenyWriteExecute = 65;
    private const nuint RefuseExecGain = 1;
    private const int Read = 1;
    private const int Write = 2;
    private const int Execute = 4;
    private const int PrivateAnonymous = 0x22;

    /// <summary>From now on this process gets no memory that is executable and was not mapped so.</summary>
    /// <exception cref="PlatformNotSupportedException">The system has no such limit, or does not keep it.</exception>
    public static unsafe void Refuse()
    {
        if (!OperatingSystem.IsLinux() || Control(SetMemoryDenyWriteExecute, RefuseExecGain, 0, 0, 0) != 0)
        {
            throw new PlatformNotSupportedException("--no-new-code: expected Linux 6.3 or later (PR_SET_MDWE), got another system. Leave the option out.");
        }

        void* page = Map(null, (nuint)Environment.SystemPageSize, Read | Write, PrivateAnonymous, -1, 0);
        if (Protect(page, (nuint)Environment.SystemPageSize, Read | Execute) == 0)
        {
            throw new PlatformNotSupportedException("--no-new-code: expected that memory is not made executable, but it was.");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static unsafe partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static unsafe partial int Protect(void* address, nuint length, int protection);
}
