using System.Diagnostics;

namespace Inference.Cli.Benchmarking;

/// <summary>What starting a model costs.</summary>
/// <param name="LoadMilliseconds">From the call to load until there is a runner.</param>
/// <param name="FirstRunMilliseconds">The first run, with everything that is prepared lazily.</param>
/// <param name="PeakBytes">Growth of the process's resident memory, at its highest, over load and first run.</param>
internal sealed record StartCost(double LoadMilliseconds, double FirstRunMilliseconds, long PeakBytes)
{
    /// <summary>Loads and runs once.</summary>
    /// <param name="backend">The provider.</param>
    /// <param name="options">The model.</param>
    /// <param name="spinning">For ONNX Runtime: whether idle threads spin.</param>
    /// <param name="inputs">The inputs; null: prepared between load and run, off the clock.</param>
    public static async Task<StartCost> MeasureAsync(string backend, BenchOptions options, bool spinning, BenchInputs? inputs)
    {
        BenchInputs? own = null;
        ProcessMemory.ResetPeak();
        long before = ProcessMemory.Resident();
        long start = Stopwatch.GetTimestamp();
        IModelRunner runner = await BenchSubject.LoadAsync(backend, options, spinning).ConfigureAwait(false);
        try
        {
            TimeSpan load = Stopwatch.GetElapsedTime(start);
            inputs ??= own = BenchInputs.Prepare(runner.Info, options);
            start = Stopwatch.GetTimestamp();
            (await runner.RunAsync(inputs.Values).ConfigureAwait(false)).Dispose();
            TimeSpan run = Stopwatch.GetElapsedTime(start);
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
        (long)LatencySummary.Median(costs.Select(c => (double)c.PeakBytes)));
}
