using System.Text.Json.Serialization;

namespace CaseStudy.Measuring;

/// <summary>What was measured of a step under one distribution of users.</summary>
internal sealed class StepResult
{
    /// <summary>Of single calls, µs.</summary>
    public List<double> Latencies { get; init; } = [];

    /// <summary>CPU seconds of <see cref="Latencies"/>, one caller.</summary>
    public double CpuSeconds { get; set; }

    public int LoadedRequests { get; set; }

    public double LoadedSeconds { get; set; }

    public double LoadedCpuSeconds { get; set; }

    /// <summary>Share of the requests whose user was in the cache; null without a cache.</summary>
    public double? HitRate { get; set; }

    [JsonIgnore]
    public double P50 => Quantile(0.5);

    [JsonIgnore]
    public double P99 => Quantile(0.99);

    /// <summary>CPU seconds for 1,000 requests, one caller.</summary>
    [JsonIgnore]
    public double CpuPerThousand => CpuSeconds / Latencies.Count * 1000;

    /// <summary>Requests a second, several callers.</summary>
    [JsonIgnore]
    public double Throughput => LoadedRequests / LoadedSeconds;

    [JsonIgnore]
    public double LoadedCpuPerThousand => LoadedCpuSeconds / LoadedRequests * 1000;

    private double Quantile(double q)
    {
        double[] sorted = [.. Latencies.Order()];
        return sorted[Math.Min(sorted.Length - 1, (int)(q * sorted.Length))];
    }
}
