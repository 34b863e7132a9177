namespace Inference.Monitoring;

/// <summary>What is known of one column at one time. Immutable.</summary>
public sealed record ColumnSnapshot
{
    /// <summary>The name of the column.</summary>
    public required string Name { get; init; }

    /// <summary>Its state.</summary>
    public required MonitoringState State { get; init; }

    /// <summary>ln of the column's evidence of a change, an e-detector; NaN if it is not judged.</summary>
    public double LogEvidence { get; init; } = double.NaN;

    /// <summary>The Jensen–Shannon distance from the reference, 0 to 1; NaN if it is not known.</summary>
    public double JensenShannon { get; init; } = double.NaN;

    /// <summary>The population stability index; NaN if it is not known.</summary>
    public double Psi { get; init; } = double.NaN;

    /// <summary>The Kolmogorov–Smirnov distance over cells, 0 to 1; NaN for a categorical column or if it is not known.</summary>
    public double KolmogorovSmirnov { get; init; } = double.NaN;

    /// <summary>The rule of data quality that is violated; null for none.</summary>
    public string? Rule { get; init; }
}
