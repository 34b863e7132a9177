using System.Diagnostics;

namespace Inference.Cli.Benchmarking;

/// <summary>What starting a model costs.</summary>
/// <param name="LoadMilliseconds">From the call to load until there is a runner.</param>
/// <param name="FirstRunMilliseconds">The first run, with everything that is prepared lazily.</param>
/// <param name="PeakBytes">Growth of the process's resident memory, at its highest, over load and runs.</param>
internal sealed record StartCost(double LoadMilliseconds, double FirstRunMilliseconds, long PeakBytes)
{
    /// <summary>From the start of the process until it had the first result; null where the process ran before.</summary>
    public double? ProcessMilliseconds { get; init; }

    /// <summary>Load and first run as the second model of a process; null where that was not measured.</summary>
    public double? SecondMilliseconds { get; init; }

    /// <summary>Loads and runs.</summary>
    /// <param name="backend">The provider.</param>
    /// <param name="options">The model.</param>
    /// <param name="spinning">For ONNX Runtime: whether idle threads spin.</param>
    /// <param name="inputs">The inputs; null: prepared between load and run, off the clock.</param>
    /// <param name="moreRuns">Runs after the first, which count for memory alone.</param>
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
            for (int i = 0; i < moreRuns; i++)
            {
                (await runner.RunAsync(inputs.Values).ConfigureAwait(false)).Dispose();
            }

            return new(load.TotalMilliseconds, run.TotalMilliseconds, Math.Max(0, ProcessMemory.Peak() - before));
        }
        finally
        {
            own?.Dispose();
            runner.Dispose();
        }
    }

    /// <summary>The median of each figure.</summary>
    public static StartCost Median(IReadOnlyCollection<StartCost> costs) => new(
        LatencySummary.Median(costs.Select(c => c.LoadMilliseconds)),
        LatencySummary.Median(costs.Select(c => c.FirstRunMilliseconds)),
        (long)LatencySummary.Median(costs.Select(c => (double)c.PeakBytes)))
    {
        ProcessMilliseconds = Median(costs, c => c.ProcessMilliseconds),
        SecondMilliseconds = Median(costs, c => c.SecondMilliseconds),
    };

    private static double? Median(IReadOnlyCollection<StartCost> costs, Func<StartCost, double?> figure) =>
        costs.Any(c => figure(c) is null) ? null : LatencySummary.Median(costs.Select(c => figure(c)!.Value));
}
