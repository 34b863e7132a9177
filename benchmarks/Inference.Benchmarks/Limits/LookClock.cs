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
    // What ends here is worth telling where.
    private const double ToldMilliseconds = 5;
    private double _last;
    private bool _tells;

    /// <summary>The longest stretch of work so far, ms.</summary>
    public double LongestMilliseconds { get; private set; }

    /// <summary>Where it ended, where asked for: the methods that looked.</summary>
    public string? Where { get; private set; }

    /// <summary>Work of this thread until now, ms.</summary>
    public static double WorkMilliseconds =>
        OperatingSystem.IsLinux() && GetTime(ThreadProcessorTime, out TimeSpec time) == 0 ? (time.Seconds * 1e3) + (time.Nanoseconds * 1e-6) : Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;

    /// <summary>Starts from here.</summary>
    /// <param name="where">Whether to note where long stretches end.</param>
    public void Reset(bool where)
    {
        _tells = where;
        Where = null;
        LongestMilliseconds = 0;
        _last = WorkMilliseconds;
    }

    /// <summary>Takes the time since the last look.</summary>
    public void Look()
    {
        double now = WorkMilliseconds;
        if (now - _last > LongestMilliseconds)
        {
            LongestMilliseconds = now - _last;
            if (_tells && LongestMilliseconds > ToldMilliseconds)
            {
                Where = string.Join(" < ", new StackTrace().GetFrames().Select(f => f.GetMethod()).Select(m => $"{m?.DeclaringType?.Name}.{m?.Name}").Where(n => !n.StartsWith("LookClock", StringComparison.Ordinal) && !n.StartsWith("RunControl", StringComparison.Ordinal)).Take(5));
                now = WorkMilliseconds;
            }
        }

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
