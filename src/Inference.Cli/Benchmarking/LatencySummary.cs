using System.Diagnostics;

namespace Inference.Cli.Benchmarking;

/// <summary>The distribution of run times, µs.</summary>
internal sealed record LatencySummary(double P50, double P90, double P99, double Min, int Runs)
{
    /// <summary>Summarizes time differences.</summary>
    /// <param name="ticks">Ticks of <see cref="Stopwatch"/>, one per run, at least one; sorted by this call.</param>
    public static LatencySummary Of(List<long> ticks)
    {
        ticks.Sort();
        return new(Quantile(ticks, 0.5), Quantile(ticks, 0.9), Quantile(ticks, 0.99), Microseconds(ticks[0]), ticks.Count);
    }

    /// <summary>The median of at least one value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    // Interpolated linearly between the two nearest ranks.
    private static double Quantile(List<long> sorted, double quantile)
    {
        double rank = quantile * (sorted.Count - 1);
        int low = (int)rank;
        int high = Math.Min(low + 1, sorted.Count - 1);
        return Microseconds(sorted[low] + (rank - low) * (sorted[high] - sorted[low]));
    }

    private static double Microseconds(double ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
