using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Evaluation;

/// <summary>The comparison of two models on a slice of the data.</summary>
public sealed record SliceResult
{
    /// <summary>The column and value, such as <c>sex=0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The number of rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Whether it has enough rows to be judged.</summary>
    public required bool Judged { get; init; }

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

    /// <summary>The outcome; null without a budget for slices.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>Why the slice is not judged; otherwise empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>If <see cref="Outcome"/> is inconclusive: the number of rows of the slice that would decide; otherwise, or if no number would suffice, null.</summary>
    public long? RowsToDecide { get; init; }
}
