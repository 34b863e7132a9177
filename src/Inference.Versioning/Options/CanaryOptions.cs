using System.ComponentModel.DataAnnotations;
using Inference.Status;

namespace Inference.Versioning;

/// <summary>How a new version is tried on a part of the calls, and when it is taken back by itself.</summary>
public sealed class CanaryOptions
{
    /// <summary>Share of the calls the canary gets, percent, 0 to 100, 10 by default. Raising it keeps every routing key that the canary had.</summary>
    [Range(0.0, 100.0)]
    public double Percent { get; set; } = 10;

    /// <summary>Whether a canary that is worse than the default is rolled back by itself; true by default.</summary>
    public bool AutomaticRollback { get; set; } = true;

    /// <summary>Bound on the probability that a canary as good as the default is ever rolled back, 1e-6 to 0.2, 0.01 by default. It holds at every moment at once, however
    /// long the trial lasts.</summary>
    [Range(1e-6, 0.2)]
    public double FalseAlarmProbability { get; set; } = 0.01;

    /// <summary>How many more calls may fail on the canary than on the default before that counts against it, as a share of calls, 0 to 0.5, 0 by default.</summary>
    [Range(0.0, 0.5)]
    public double ErrorTolerance { get; set; }

    /// <summary>Whether latencies are compared; true by default.</summary>
    public bool CompareLatency { get; set; } = true;

    /// <summary>Quantile of the latency that is compared, 0.5 to 0.999, 0.9 by default.</summary>
    [Range(0.5, 0.999)]
    public double LatencyQuantile { get; set; } = 0.9;

    /// <summary>How much slower than the default the canary may be before that counts against it, as a factor, 1 to 100, 1.5 by default.</summary>
    [Range(1.0, 100.0)]
    public double LatencyTolerance { get; set; } = 1.5;

    /// <summary>Calls to the canary at the start whose latency is not counted (caches are cold, code is not yet compiled), 0 to 100,000, 50 by default.</summary>
    [Range(0, 100_000)]
    public int LatencyWarmupCalls { get; set; } = 50;

    /// <summary>Worst value of the user's metric given to <see cref="IModelVersions.ReportMetric"/>; values beyond are clipped. 0 by default.</summary>
    public double WorstMetric { get; set; }

    /// <summary>Best value of the user's metric; less than <see cref="WorstMetric"/> where lower is better. 1 by default.</summary>
    public double BestMetric { get; set; } = 1;

    /// <summary>Calls served by the canary without alarm after which it is promoted by itself; null, the default: it waits for <see cref="IModelVersions.PromoteAsync"/>.</summary>
    [Range(1L, long.MaxValue)]
    public long? PromoteAfterCalls { get; set; }

    /// <summary>Salt of the routing hash; null, the default: the model's name and the canary's version, so that not always the same users try new versions.</summary>
    public string? Salt { get; set; }
}
