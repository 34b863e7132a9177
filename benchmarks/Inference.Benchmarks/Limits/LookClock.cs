using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Inference.Benchmarks.Limits;

/// <summary>
/// The system's clock, which also notes the longest work that its thread does between two looks at it. Work is processor time of the thread where the system tells it (Linux), so that
/// other programs do not count. One thread.
/// </summary>
internal sealed partial class LookClock : TimeProvider
{
    private const int ThreadProcessorTime = 3;
    private double _last;

    /// <summary>The longest stretch of work so far, ms.</summary>
    public double LongestMilliseconds { get; private set; }

    /// <summary>Work of this thread until now, ms.</summary>
    public static double WorkMilliseconds =>
        OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out TimeSpec time) == 0 ? (time.Seconds * 1e3) + (time.Nanoseconds * 1e-6) : Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;

    /// <summary>Starts from here.</summary>
    public void Reset()
    {
        LongestMilliseconds = 0;
        _last = WorkMilliseconds;
    }

    /// <summary>Takes the time since the last look.</summary>
    public void Look()
    {
        double now = WorkMilliseconds;
        LongestMilliseconds = Math.Max(LongestMilliseconds, now - _last);
        _last = now;
    }

    public override long GetTimestamp()
    {
        Look();
        return base.GetTimestamp();
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
