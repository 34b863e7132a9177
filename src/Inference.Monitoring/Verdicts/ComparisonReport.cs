namespace Inference.Monitoring;

/// <summary>What a comparison of a window with a profile says. Immutable.</summary>
public sealed record ComparisonReport
{
    /// <summary>Healthy, warning or alarm; learning with too few rows.</summary>
    public required MonitoringState State { get; init; }

    /// <summary>The rows of the window.</summary>
    public required long Rows { get; init; }

    /// <summary>The columns, in the order of the profile.</summary>
    public required IReadOnlyList<ColumnVerdict> Columns { get; init; }

    /// <summary>Rules that too many rows break.</summary>
    public required IReadOnlyList<QualityFinding> Quality { get; init; }

    /// <summary>The metrics of the model, the most telling first; empty if the profile has no labels of outputs.</summary>
    public required IReadOnlyList<PerformanceVerdict> Performance { get; init; }
}
