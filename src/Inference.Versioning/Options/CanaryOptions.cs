using System.ComponentModel.DataAnnotations;
using Inference.Status;

namespace Inference.Versioning;

/// <summary>Options of a canary: a new version that serves a share of the calls, and when it is rolled back automatically.</summary>
public sealed class CanaryOptions
{
    /// <summary>The canary's share of the calls, percent, 0 to 100; the default is 10. Raising it keeps every routing key that the canary already serves.</summary>
    [Range(0.0, 100.0)]
    public double Percent { get; set; } = 10;

    /// <summary>Whether a canary that is worse than the default is rolled back automatically; the default is true.</summary>
    public bool AutomaticRollback { get; set; } = true;

    /// <summary>The maximum probability that a canary as good as the default is ever rolled back, 1e-6 to 0.2; the default is 0.01. The bound holds for the whole trial, however
    /// long it lasts.</summary>
    [Range(1e-6, 0.2)]
    public double FalseAlarmProbability { get; set; } = 0.01;

    /// <summary>How much larger the canary's share of failed calls may be than the default's before it counts as worse, 0 to 0.5; the default is 0.</summary>
    [Range(0.0, 0.5)]
    public double ErrorTolerance { get; set; }

    /// <summary>Whether latencies are compared: the times that the models themselves run, without caches, queues and fallbacks; the default is true.</summary>
    public bool CompareLatency { get; set; } = true;

    /// <summary>The latency quantile that is compared, 0.5 to 0.999; the default is 0.9.</summary>
    [Range(0.5, 0.999)]
    public double LatencyQuantile { get; set; } = 0.9;

    /// <summary>How much slower than the default the canary may be before it counts as worse, as a factor, 1 to 100; the default is 1.5.</summary>
    [Range(1.0, 100.0)]
    public double LatencyTolerance { get; set; } = 1.5;

    /// <summary>The number of first runs of the model, of each version, whose time is not counted (code is not compiled yet, memory is taken), 0 to 100,000; the default is 50.</summary>
    [Range(0, 100_000)]
    public int LatencyWarmupCalls { get; set; } = 50;

    /// <summary>The number of copies of answered calls that are run on a new canary before it receives its share, 0 to 100,000; the default is 50. The warm-up ends after a minute, or ten times as many calls, at the latest; callers never wait for it.
    /// Copies are limited by <see cref="ShadowOptions.MaxInFlight"/>, <see cref="ShadowOptions.MaxBytes"/> and <see cref="ShadowOptions.Timeout"/>.</summary>
    [Range(0, 100_000)]
    public int ShadowWarmupCalls { get; set; } = 50;

    /// <summary>The worst value of the metric reported by <see cref="IModelVersions.ReportMetric"/>; values outside the range are clipped. The default is 0.</summary>
    public double WorstMetric { get; set; }

    /// <summary>The best value of the metric; less than <see cref="WorstMetric"/> if lower is better. The default is 1.</summary>
    public double BestMetric { get; set; } = 1;

    /// <summary>The weight of the evidence of outcomes (<see cref="IOutcomeEvidence"/>) in the verdict, 0 to 0.9; the rest is shared by errors, latency, metric and cost as without it. The default is 0.25; 0: outcomes are
    /// shown but do not roll back. Without a source of outcomes it has no effect.</summary>
    [Range(0.0, 0.9)]
    public double OutcomeWeight { get; set; } = 0.25;

    /// <summary>Whether the processor time of the models' runs is compared; false by default. It is that of the thread that calls the model: exact for models that run on one thread (<see cref="ModelLoadOptions.Threads"/> = 1), a
    /// part of it for others, and not known for runs that end on another thread.</summary>
    public bool CompareCost { get; set; }

    /// <summary>How much more processor time than the default the canary may use before it counts as worse, as a factor, 1 to 100; the default is 1.2. Medians are compared, of runs with the same number and size of rows.</summary>
    [Range(1.0, 100.0)]
    public double CostTolerance { get; set; } = 1.2;

    /// <summary>The number of the canary's outcomes judged, without an alarm, after which it is promoted automatically; null, the default: outcomes do not promote it. If <see cref="PromoteAfterCalls"/> is set too, both must be
    /// reached. A sample-ratio mismatch keeps it from being promoted.</summary>
    [Range(1L, long.MaxValue)]
    public long? PromoteAfterOutcomes { get; set; }

    /// <summary>The number of calls that the canary's model answered, without an alarm, after which it is promoted automatically; null, the default: only <see cref="IModelVersions.PromoteAsync"/> promotes it.</summary>
    [Range(1L, long.MaxValue)]
    public long? PromoteAfterCalls { get; set; }

    /// <summary>The salt of the routing hash; null, the default: the model's name and the canary's version, so that each canary is tried by different users.</summary>
    public string? Salt { get; set; }
}
