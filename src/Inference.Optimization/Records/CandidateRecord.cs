using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Records;

/// <summary>A candidate of a search.</summary>
public sealed record CandidateRecord
{
    /// <summary>The name of the candidate that is the source model itself, unchanged.</summary>
    public const string SourceName = "source";

    /// <summary>The recipe, such as <c>factorize 0.5 + int8</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The drop of the metric on the search rows; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>The upper end of the drop's paired interval, one-sided 95 %, which is compared with the budget.</summary>
    public double DropHigh { get; init; } = double.NaN;

    /// <summary>The verdict on the drop, overall and on slices; null in records of earlier versions.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>The largest drop of a slice with enough rows; null if there is none.</summary>
    public double? WorstSliceDrop { get; init; }

    /// <summary>The median time of a run, microseconds.</summary>
    public required double Microseconds { get; init; }

    /// <summary>The source's time ÷ this time, measured interleaved.</summary>
    public required double Speedup { get; init; }

    /// <summary>The bytes of the constants.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whether it is measured to be no slower than the source, and is no larger.</summary>
    public bool Improves { get; init; }

    /// <summary>Whether it meets every budget and is neither slower nor larger than the source.</summary>
    public required bool Accepted { get; init; }

    /// <summary>Whether only more rows could decide: the drop is within the budget, but the end of its interval is not, and every other budget is met.</summary>
    public bool Undecided { get; init; }

    /// <summary>Why it was rejected, or another finding; otherwise empty.</summary>
    public required string Reason { get; init; }
}
