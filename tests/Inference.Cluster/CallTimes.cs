using System.Diagnostics;

namespace Inference.Cluster;

/// <summary>Times of calls that were made one at a time.</summary>
/// <param name="P50Us">Their median, microseconds.</param>
/// <param name="P99Us">Their 99th percentile.</param>
internal readonly record struct CallTimes(double P50Us, double P99Us)
{
    /// <summary>Calls that are timed between processes.</summary>
    public const int Measured = 5_000;

    /// <summary>Makes calls, of which the last ones are timed.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="rows">The inputs, in turns.</param>
    /// <param name="warmUp">Calls before.</param>
    /// <param name="calls">Calls that are timed.</param>
    public static async Task<CallTimes> MeasureAsync(IModelRunner runner, NamedValues[] rows, int warmUp, int calls)
    {
        double[] times = new double[calls];
        for (int i = -warmUp; i < calls; i++)
        {
            long began = Stopwatch.GetTimestamp();
            using NamedValues outputs = await runner.RunAsync(rows[(i + warmUp) % rows.Length]).ConfigureAwait(false);
            times[Math.Max(i, 0)] = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
        }

        Array.Sort(times);
        return new CallTimes(times[calls / 2], times[calls * 99L / 100]);
    }
}
