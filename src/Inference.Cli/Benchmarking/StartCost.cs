using System.Diagnostics;

namespace Inference.Cli.Benchmarking;

/// <summary>The cost of starting a model.</summary>
/// <param name="LoadMilliseconds">The time from the call to load until a runner is available.</param>
/// <param name="FirstRunMilliseconds">The time of the first run, including all lazy preparation.</param>
/// <param name="PeakBytes">The peak growth of the process's resident memory during load and runs.</param>
internal sealed record StartCost(double LoadMilliseconds, double FirstRunMilliseconds, long PeakBytes)
{
    /// <summary>The time from the start of the process until the first result; null if the process was already running.</summary>
    public double? ProcessMilliseconds { get; init; }

    /// <summary>The time of load and first run as the second model of a process; null if it was not measured.</summary>
    public double? SecondMilliseconds { get; init; }

    /// <summary>The time of the first <see cref="FirstCalls"/> runs, the first included; null if they were not measured or took longer than <see cref="LongestCalls"/>.</summary>
    public double? CallsMilliseconds { get; init; }

    /// <summary>The runs that <see cref="CallsMilliseconds"/> is the time of.</summary>
    public const int FirstCalls = 200;

    /// <summary>The time after which a model's first runs are not counted further.</summary>
    public static readonly TimeSpan LongestCalls = TimeSpan.FromSeconds(5);

    /// <summary>Loads and runs a model.</summary>
    /// <param name="backend">The provider.</param>
    /// <param name="options">The model.</param>
    /// <param name="spinning">For ONNX Runtime: whether idle threads spin.</param>
    /// <param name="inputs">The inputs; null to prepare them between load and run, which is not measured.</param>
    /// <param name="moreRuns">The least number of runs after the first; 0 for none, else up to <see cref="FirstCalls"/> in all as long as they take no longer than <see cref="LongestCalls"/>.</param>
    /// <param name="answered">Called with both times after the first run.</param>
    public static async Task<StartCost> MeasureAsync(
        string backend, BenchOptions options, bool spinning, BenchInputs? inputs, int moreRuns = 0, Action<double, double>? answered = null)
    {
        BenchInputs? own = null;
        ProcessMemory.ResetPeak();
        long before = ProcessMemory.Resident();
        long start = Stopwatch.GetTimestamp();
        IModelRunner runner = await BenchSubject.StartAsync(backend, options, spinning).ConfigureAwait(false);
        try
        {
            TimeSpan load = Stopwatch.GetElapsedTime(start);
            inputs ??= own = BenchInputs.Prepare(runner.Info, options);
            start = Stopwatch.GetTimestamp();
            (await runner.RunAsync(inputs.Values).ConfigureAwait(false)).Dispose();
            TimeSpan run = Stopwatch.GetElapsedTime(start);
            answered?.Invoke(load.TotalMilliseconds, run.TotalMilliseconds);
            int runs = 1;
            start = Stopwatch.GetTimestamp();
            while (moreRuns > 0 && (runs <= moreRuns || (runs < FirstCalls && Stopwatch.GetElapsedTime(start) < LongestCalls)))
            {
                (await runner.RunAsync(inputs.Values).ConfigureAwait(false)).Dispose();
                runs++;
            }

            TimeSpan calls = run + Stopwatch.GetElapsedTime(start);
            return new(load.TotalMilliseconds, run.TotalMilliseconds, Math.Max(0, ProcessMemory.Peak() - before)) { CallsMilliseconds = runs == FirstCalls ? calls.TotalMilliseconds : null };
        }
        finally
        {
            own?.Dispose();
            runner.Dispose();
        }
    }

    /// <summary>The median of each value.</summary>
    public static StartCost Median(IReadOnlyCollection<StartCost> costs) => new(
        LatencySummary.Median(costs.Select(c => c.LoadMilliseconds)),
        LatencySummary.Median(costs.Select(c => c.FirstRunMilliseconds)),
        (long)LatencySummary.Median(costs.Select(c => (double)c.PeakBytes)))
    {
        ProcessMilliseconds = Median(costs, c => c.ProcessMilliseconds),
        SecondMilliseconds = Median(costs, c => c.SecondMilliseconds),
        CallsMilliseconds = Median(costs, c => c.CallsMilliseconds),
    };

    private static double? Median(IReadOnlyCollection<StartCost> costs, Func<StartCost, double?> figure) =>
        costs.Any(c => figure(c) is null) ? null : LatencySummary.Median(costs.Select(c => figure(c)!.Value));
}
