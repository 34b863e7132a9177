using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Search;

/// <summary>The budget of a search.</summary>
public sealed class OptimizeOptions
{
    /// <summary>Metric, labels and slices.</summary>
    public required EvaluationOptions Evaluation { get; init; }

    /// <summary>The greatest loss of the metric, ≥ 0; 0.01 (one point) by default: the upper end of the one-sided 95 % paired interval is held against it. See <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public double MaxDrop { get; init; } = 0.01;

    /// <summary>The greatest loss of a slice; null: not bounded.</summary>
    public double? MaxSliceDrop { get; init; }

    /// <summary>The least ratio of the source's time to the result's; null: not bounded, the fastest wins.</summary>
    public double? MinSpeedup { get; init; }

    /// <summary>The longest the search may take; 10 minutes by default. What it is doing then is finished.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Rows a timed run has; 1 by default.</summary>
    public int LatencyRows { get; init; } = 1;

    /// <summary>Where the best model so far is written each time a better one is found; null: nowhere.</summary>
    public string? OutputPath { get; init; }

    /// <summary>Where results are kept so that an interrupted search goes on where it was; null: nowhere.</summary>
    public string? StatePath { get; init; }
}
