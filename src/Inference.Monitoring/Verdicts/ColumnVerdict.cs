namespace Inference.Monitoring;

/// <summary>What a comparison says of one column.</summary>
public sealed record ColumnVerdict
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>Healthy, warning or alarm; learning with too few rows.</summary>
    public required MonitoringState State { get; init; }

    /// <summary>Jensen–Shannon distance, in bits, 0 to 1.</summary>
    public double JensenShannon { get; init; }

    /// <summary>Population stability index.</summary>
    public double Psi { get; init; }

    /// <summary>Kolmogorov–Smirnov distance over the cells, 0 to 1; for a categorical column total variation.</summary>
    public double KolmogorovSmirnov { get; init; }

    /// <summary>ln of 1 ÷ the joint p-value: at least 6.9 for an alarm at the default level of 0.001.</summary>
    public double Evidence { get; init; }

    /// <summary>What changed: <c>shift</c>, <c>spread</c>, <c>share</c>, <c>missing</c>, <c>infinite</c>, <c>range</c>, <c>unseen</c>, <c>constant</c>, <c>unit</c>, <c>swap</c>, <c>joint</c>; null for a healthy column.</summary>
    public string? Rule { get; init; }
}
