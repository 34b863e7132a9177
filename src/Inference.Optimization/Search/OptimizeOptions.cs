using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Search;

/// <summary>The budget and settings of a search.</summary>
public sealed class OptimizeOptions
{
    /// <summary>The metric, labels and slices.</summary>
    public required EvaluationOptions Evaluation { get; init; }

    /// <summary>The largest accepted drop of the metric, ≥ 0; the default is 0.01 (one percentage point). It is compared with the upper end of the one-sided 95 % paired interval. See <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public double MaxDrop { get; init; } = 0.01;

    /// <summary>The largest accepted drop of a slice; null, the default, for no limit.</summary>
    public double? MaxSliceDrop { get; init; }

    /// <summary>The minimum ratio of the source's time to the result's; null, the default, for no limit: the fastest candidate is selected.</summary>
    public double? MinSpeedup { get; init; }

    /// <summary>The most bytes of the model's constants; null, the default, for no limit.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>The longest accepted 95th percentile of the time of a run; null, the default, for no limit.</summary>
    public TimeSpan? MaxP95 { get; init; }

    /// <summary>What is minimized within the budget; the default is <see cref="OptimizeObjective.Time"/>.</summary>
    public OptimizeObjective Objective { get; init; } = OptimizeObjective.Time;

    /// <summary>Whether weights in bfloat16, run with <see cref="ModelPrecision.AllowBFloat16"/>, are a candidate; false by default. A result of that kind is as fast as reported only where it is loaded with this precision, which its record says.</summary>
    public bool AllowBFloat16 { get; init; }

    /// <summary>The maximum duration of the search; the default is 10 minutes. A step in progress is completed.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The number of rows of a timed run; the default is 1.</summary>
    public int LatencyRows { get; init; } = 1;

    /// <summary>The path that the best model so far is written to each time a better one is found; null, the default, for none.</summary>
    public string? OutputPath { get; init; }

    /// <summary>The path that results are stored at, so that an interrupted search can be resumed; null, the default, for none.</summary>
    public string? StatePath { get; init; }
}
