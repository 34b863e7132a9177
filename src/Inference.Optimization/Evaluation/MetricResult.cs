using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Evaluation;

/// <summary>The comparison of two models by a metric beside the first.</summary>
public sealed record MetricResult
{
    /// <summary>The metric's name.</summary>
    public required string Name { get; init; }

    /// <summary>The source model's metric.</summary>
    public required double Source { get; init; }

    /// <summary>The candidate's metric.</summary>
    public required double Candidate { get; init; }

    /// <summary>The drop of the metric; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>The lower end of the drop's paired interval; each end has a one-sided confidence of 95 %.</summary>
    public required double DropLow { get; init; }

    /// <summary>The upper end of the interval.</summary>
    public required double DropHigh { get; init; }

    /// <summary>The outcome over all rows; null without a budget.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>If <see cref="Outcome"/> is inconclusive: the total number of rows that would decide; otherwise, or if no number would suffice, null.</summary>
    public long? RowsToDecide { get; init; }

    /// <summary>The results of the slices.</summary>
    public IReadOnlyList<SliceResult> Slices { get; init; } = [];
}
