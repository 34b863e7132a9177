using Inference.Evaluation.Verdicts;

namespace Inference.Optimization.Records;

/// <summary>A candidate that the search tried.</summary>
public sealed record CandidateRecord
{
    /// <summary>What was done, such as <c>factorize 0.5 + int8</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Loss of the metric on the search rows; see <see cref="Inference.Evaluation.Metrics.Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

    /// <summary>Upper end of the loss's paired interval, one-sidedly 95 %: what is held against the budget.</summary>
    public double DropHigh { get; init; } = double.NaN;

    /// <summary>The verdict on the loss, overall and of slices; null in records of before.</summary>
    public VerdictOutcome? Outcome { get; init; }

    /// <summary>The greatest loss of a slice with rows enough; null where there is none.</summary>
    public double? WorstSliceDrop { get; init; }

    /// <summary>Median time of a run.</summary>
    public required double Microseconds { get; init; }

    /// <summary>The source's time ÷ this time, measured interleaved.</summary>
    public required double Speedup { get; init; }

    /// <summary>Bytes of the constants.</summary>
    public required long Bytes { get; init; }

    /// <summary>Whether it keeps to every budget.</summary>
    public required bool Accepted { get; init; }

    /// <summary>Whether only more rows could tell: the loss is within the budget, the end of its interval is not, and every other budget is kept.</summary>
    public bool Undecided { get; init; }

    /// <summary>Why it was rejected, or what stands out; empty otherwise.</summary>
    public required string Reason { get; init; }
}
