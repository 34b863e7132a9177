using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Evaluation;

/// <summary>How a slice of the data fares.</summary>
public sealed record SliceResult
{
    /// <summary>Column and value, such as <c>sex=0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Whether it has rows enough to count.</summary>
    public required bool Judged { get; init; }

    /// <summary>The source model's metric.</summary>
    public required double Source { get; init; }

    /// <summary>The other model's metric.</summary>
    public required double Candidate { get; init; }

    /// <summary>How much worse the other is; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>Lower end of the drop's paired interval; each end by itself holds with 95 %.</summary>
    public required double DropLow { get; init; }

    /// <summary>Upper end of it.</summary>
    public required double DropHigh { get; init; }

    /// <summary>What is said of its drop; null without a budget for slices.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>Why nothing is said; empty elsewhere.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where <see cref="Outcome"/> is inconclusive: rows of the slice that would decide; else null, and where no number would.</summary>
    public long? RowsToDecide { get; init; }
}
