namespace Inference.Monitoring;

/// <summary>What is known of the rows of one segment at one time. Immutable.</summary>
public sealed record SegmentSnapshot
{
    /// <summary>The column whose values are segments.</summary>
    public required string Column { get; init; }

    /// <summary>The segment.</summary>
    public required string Segment { get; init; }

    /// <summary>The state of the segment.</summary>
    public required MonitoringState State { get; init; }

    /// <summary>Its rows.</summary>
    public long Rows { get; init; }

    /// <summary>ln of the evidence of a change in it; NaN if it is not judged.</summary>
    public double LogEvidence { get; init; } = double.NaN;
}
