namespace Inference.Cli.Load;

/// <summary>One measurement. Latencies are in microseconds and count from the intended times of calls.</summary>
/// <param name="Offered">Calls a second that were intended; for callers that wait, those that were made.</param>
/// <param name="Throughput">Calls a second that were answered, without the first quarter of the time.</param>
/// <param name="Latencies">Of the calls that were answered, ascending; of those that were not when the measurement ended, the time until then.</param>
/// <param name="Failed">Calls that failed.</param>
/// <param name="Refused">Calls that were refused because of the load.</param>
/// <param name="NotSent">Calls that were not made because too many had no answer yet.</param>
/// <param name="Unanswered">Calls without an answer when the measurement ended.</param>
/// <param name="Processors">The processors that this process used on average, the generator of the load included.</param>
/// <param name="Error">The first error; null for none.</param>
internal sealed record LoadPoint(double Offered, double Throughput, double[] Latencies, long Failed, long Refused, long NotSent, long Unanswered, double Processors, string? Error)
{
    /// <summary>Whether all calls were made and answered.</summary>
    public bool IsClean => Failed == 0 && Refused == 0 && NotSent == 0 && Unanswered == 0;

    /// <summary>A quantile of the latencies, interpolated between the two nearest ranks; NaN without any.</summary>
    public double Quantile(double quantile)
    {
        if (Latencies.Length == 0)
        {
            return double.NaN;
        }

        double rank = quantile * (Latencies.Length - 1);
        int low = (int)rank;
        int high = Math.Min(low + 1, Latencies.Length - 1);
        return Latencies[low] + ((rank - low) * (Latencies[high] - Latencies[low]));
    }

    /// <summary>Whether an objective was met: all calls were answered, and the quantile is within its bound.</summary>
    public bool Meets(LatencyObjective objective) => IsClean && Quantile(objective.Quantile) <= objective.Limit.TotalMicroseconds;
}
