using Inference.Status;

namespace Inference.AspNetCore.Dashboard;

/// <summary>The recent calls of all versions together. Of several versions, the median is the mean of theirs by calls; the higher quantiles are those of the slowest version with at least 1 % of the calls.</summary>
internal readonly record struct TrafficTotal(long Calls, long Failed, double CallsPerSecond, double FailedPerSecond, double P50, double P95, double P99, double Mean)
{
    public static TrafficTotal Of(IReadOnlyList<VersionTraffic> versions)
    {
        long calls = 0, failed = 0;
        double rate = 0, failedRate = 0, busy = 0, p50 = double.NaN, p95 = double.NaN, p99 = double.NaN;
        foreach (VersionTraffic version in versions)
        {
            calls += version.Calls;
            failed += version.Failed;
            rate += version.CallsPerSecond;
            failedRate += version.FailedPerSecond;
            busy += version.CallsPerSecond * (version.Mean?.TotalSeconds ?? 0);
        }

        double weighted = 0, weight = 0;
        foreach (VersionTraffic version in versions)
        {
            if (version.P50 is { } middle)
            {
                weighted += middle.TotalSeconds * version.CallsPerSecond;
                weight += version.CallsPerSecond;
            }

            if (version.CallsPerSecond >= 0.01 * rate)
            {
                p95 = Largest(p95, version.P95);
                p99 = Largest(p99, version.P99);
            }
        }

        p50 = weight > 0 ? weighted / weight : p50;
        return new(calls, failed, rate, failedRate, p50, p95, p99, rate > 0 ? busy / rate : double.NaN);
    }

    private static double Largest(double known, TimeSpan? next) => next is not { } span ? known : double.IsNaN(known) ? span.TotalSeconds : Math.Max(known, span.TotalSeconds);
}
