namespace Inference.Monitoring;

/// <summary>How a report is made.</summary>
public sealed record MonitoringReportOptions
{
    /// <summary>The heading; null, the default: the name of the profile's model.</summary>
    public string? Title { get; init; }

    /// <summary>Where the rows come from, as it is stated in the report; empty by default.</summary>
    public string Source { get; init; } = "";

    /// <summary>When the report is made, as it is stated in it; null, the default, to leave it out.</summary>
    public DateTimeOffset? MadeAt { get; init; }

    /// <summary>The rows of a bucket of the timeline, 1 or more; the default is 100.</summary>
    public int BucketRows { get; init; } = 100;

    /// <summary>How the rows as a whole are compared with the profile.</summary>
    public ComparisonOptions Comparison { get; init; } = new();

    /// <summary>How the buckets are evaluated; by default a false alarm is expected in 10,000 buckets.</summary>
    public StreamOptions Stream { get; init; } = new() { ExpectedFalseAlarms = 10_000, MinimumRows = 1 };
}
