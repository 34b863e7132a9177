namespace Inference.Monitoring;

/// <summary>What a report says of the rows of one segment. Immutable.</summary>
public sealed record SegmentReport
{
    /// <summary>The value of the segment column.</summary>
    public required string Name { get; init; }

    /// <summary>The segment's rows in the reference.</summary>
    public required long ReferenceRows { get; init; }

    /// <summary>The segment's rows in the report.</summary>
    public required long Rows { get; init; }

    /// <summary>The severest state that its stream was in.</summary>
    public required MonitoringState State { get; init; }

    /// <summary>The largest ln of the evidence of its data-set alarm; NaN for none.</summary>
    public required double LogEvidence { get; init; }

    /// <summary>The columns that its alarms named, each once, in the order of time.</summary>
    public required IReadOnlyList<StreamAlarm> Alarms { get; init; }
}
