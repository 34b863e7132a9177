using Inference.Optimization.Evaluation;

namespace Inference.Optimization.Records;

/// <summary>A candidate that the search tried.</summary>
public sealed record CandidateRecord
{
    /// <summary>What was done, such as <c>factorize 0.5 + int8</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Loss of the metric on the search rows; see <see cref="Metric.Drop"/>.</summary>
    public required double Drop { get; init; }

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

    /// <summary>Why it was rejected, or what stands out; empty otherwise.</summary>
    public required string Reason { get; init; }
}
