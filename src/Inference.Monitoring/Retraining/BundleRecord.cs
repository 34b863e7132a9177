namespace Inference.Monitoring.Retraining;

/// <summary>What <c>reason.json</c> in a bundle says: reasons and lineage.</summary>
internal sealed record BundleRecord
{
    public int Format { get; init; } = 1;

    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<RetrainingReason> Reasons { get; init; }

    public required BundleLineage Lineage { get; init; }

    /// <summary>Metrics when the bundle was made.</summary>
    public required IReadOnlyList<PerformanceReading> Performance { get; init; }

    public required IReadOnlyList<BundleFile> Files { get; init; }
}
