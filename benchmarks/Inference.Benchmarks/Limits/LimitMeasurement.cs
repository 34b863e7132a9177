using System.Diagnostics;
using System.Globalization;
using Inference.Serving;

namespace Inference.Benchmarks.Limits;

/// <summary>How a case stops.</summary>
/// <param name="Full">Time of a full run, ms; null where it was given up.</param>
/// <param name="Work">The longest work between two looks at the clock, ms.</param>
/// <param name="Where">Where that ended, where asked for.</param>
/// <param name="Over">Time from a deadline to the return of the call, ms; null where the call was done before or was not made.</param>
/// <param name="WorkOnly">Whether that call was not made.</param>
internal sealed record LimitMeasurement(double? Full, double Work, string? Where, double? Over, bool WorkOnly)
{
    // A run shorter than this is no long operator.
    private const double LongRun = 100;
    private const double MostWork = 10;
    private const double MostOver = 50;
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMilliseconds(100);

    /// <summary>Measures a case.</summary>
    public static LimitMeasurement Of(LimitCase one, bool workOnly, bool where)
    {
        using NamedValues inputs = one.Values();
        ModelSource source = ModelSource.Bytes(one.Model());
        var clock = new LookClock();
        double? full;
        using (IModelRunner single = ModelRunner.Load(source, new ModelLoadOptions { Threads = 1 }))
        {
            ((ServingRunner)single.GetService(typeof(ServingRunner))!).Clock = clock;
            Run(single, inputs, TimeSpan.FromMilliseconds(1));
            clock.Reset(where);
            long start = Stopwatch.GetTimestamp();
            bool done = Run(single, inputs, s_most, clock);
            full = done ? Stopwatch.GetElapsedTime(start).TotalMilliseconds : null;
        }

        if (workOnly)
        {
            return new(full, clock.LongestMilliseconds, clock.Where, null, true);
        }

        using IModelRunner runner = ModelRunner.Load(source);
        Run(runner, inputs, TimeSpan.FromMilliseconds(1));
        long begun = Stopwatch.GetTimestamp();
        bool finished = Run(runner, inputs, s_deadline);
        return new(full, clock.LongestMilliseconds, clock.Where, finished ? null : (Stopwatch.GetElapsedTime(begun) - s_deadline).TotalMilliseconds, false);
    }

    /// <summary>The row of the table.</summary>
    public string Row(string name)
    {
        bool late = (Work > MostWork && !(Full <= LongRun)) || Over > MostOver;
        string full = Full is { } time ? time.ToString("F0", CultureInfo.InvariantCulture) : $"did not finish in {s_most.TotalSeconds} s";
        string over = Over is { } o ? o.ToString("F1", CultureInfo.InvariantCulture) : WorkOnly ? "-" : "done before";
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {full} | {Work:F1}{(Where is null ? "" : $" ({Where})")} | {over}{(late ? " **late**" : "")} |");
    }

    // What the caller does with the result is not the call's time.
    private static bool Run(IModelRunner runner, NamedValues inputs, TimeSpan time, LookClock? clock = null)
    {
        try
        {
            using NamedValues result = runner.Run(inputs, new RunContext { Deadline = DateTimeOffset.UtcNow + time });
            clock?.Look();
            return true;
        }
        catch (DeadlineExceededException)
        {
            clock?.Look();
            return false;
        }
    }
}
