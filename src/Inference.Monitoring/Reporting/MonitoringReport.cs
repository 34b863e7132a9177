namespace Inference.Monitoring;

/// <summary>Rows beside a profile, as a whole and in their order. Made by <see cref="MonitoringReportBuilder"/>, rendered by <see cref="MonitoringReportPage"/>. Immutable.</summary>
public sealed record MonitoringReport
{
    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>Where the rows came from; empty for none.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the report was made; null to leave it out.</summary>
    public DateTimeOffset? MadeAt { get; init; }

    /// <summary>The profile.</summary>
    public required ReferenceProfile Profile { get; init; }

    /// <summary>The counts of the rows.</summary>
    public required MonitoringWindow Window { get; init; }

    /// <summary>The rows as a whole, compared with the profile.</summary>
    public required ComparisonReport Comparison { get; init; }

    /// <summary>The evidence, bucket by bucket; empty if the rows have no order.</summary>
    public IReadOnlyList<TimelinePoint> Timeline { get; init; } = [];

    /// <summary>The expected number of buckets until a false alarm of the timeline.</summary>
    public double ExpectedFalseAlarms { get; init; } = double.NaN;

    /// <summary>The rows of a bucket.</summary>
    public int BucketRows { get; init; }

    /// <summary>The alarms of the timeline.</summary>
    public IReadOnlyList<StreamAlarm> Alarms { get; init; } = [];

    /// <summary>The segments of the profile.</summary>
    public IReadOnlyList<SegmentReport> Segments { get; init; } = [];
}
