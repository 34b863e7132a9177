using System.Runtime.InteropServices;

namespace Inference.Cli.Load;

/// <summary>Waits for less than a millisecond without taking a processor from what is measured.</summary>
internal static partial class ShortWait
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Waits.</summary>
    public static void For(TimeSpan time)
    {
        if (OperatingSystem.IsLinux())
        {
            long nanoseconds = Math.Clamp((long)time.TotalNanoseconds, 1, long.MaxValue);
            var request = new TimeSpec { Seconds = (nint)(nanoseconds / NanosecondsPerSecond), Nanoseconds = (nint)(nanoseconds % NanosecondsPerSecond) };

            // A signal ends it early; the caller looks at the time again.
            _ = NanoSleep(in request, 0);
        }
        else
        {
            Thread.Sleep(time > TimeSpan.FromMilliseconds(1) ? time : TimeSpan.FromMilliseconds(1));
        }
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec request, nint remaining);

    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
