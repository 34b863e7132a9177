using System.Runtime.InteropServices;

namespace Inference.Diagnostics;

/// <summary>The processor time that the current thread has used, in user and kernel mode. A reading takes a system call, some hundred nanoseconds. Source: POSIX clock_gettime with CLOCK_THREAD_CPUTIME_ID; GetThreadTimes on Windows,
/// which advances in steps of the scheduler, about 16 ms, and is right on average over many readings.</summary>
public static partial class ThreadCpuClock
{
    private const int LinuxThreadClock = 3;
    private const int MacThreadClock = 16;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // FILETIME counts 100 ns.
    private const int NanosecondsPerTick = 100;

    /// <summary>Whether the system can tell.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows();

    /// <summary>The processor time of the current thread, nanoseconds; −1 if the system cannot tell. Only differences of two readings on one thread mean something.</summary>
    public static long Now()
    {
        if (OperatingSystem.IsWindows())
        {
            return GetThreadTimes(GetCurrentThread(), out _, out _, out long kernel, out long user) ? (kernel + user) * NanosecondsPerTick : -1;
        }

        int clock = OperatingSystem.IsLinux() ? LinuxThreadClock : OperatingSystem.IsMacOS() ? MacThreadClock : -1;
        return clock >= 0 && GetTime(clock, out Timespec time) == 0 ? ((long)time.Seconds * NanosecondsPerSecond) + time.Nanoseconds : -1;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Timespec time);

    [LibraryImport("kernel32")]
    private static partial nint GetCurrentThread();

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetThreadTimes(nint thread, out long created, out long exited, out long kernel, out long user);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
