namespace Inference.Monitoring.Drift;

/// <summary>When drift is an alarm.</summary>
internal sealed record DriftSettings
{
    /// <summary>The expected number of buckets until a false data-set alarm, 1/α.</summary>
    public double RunLength { get; init; } = 90 * 24 * 60;

    /// <summary>The probability with which the reference's limits hold, all together.</summary>
    public double Confidence { get; init; } = 0.99;

    /// <summary>The relative change of a cell's share that is no drift.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>The smallest Jensen–Shannon distance, in bits, that is an alarm rather than a warning.</summary>
    public double MinimumEffect { get; init; } = 0.01;

    /// <summary>The number of rows below which a bucket is joined with the next.</summary>
    public int MinimumRows { get; init; } = 500;

    /// <summary>The least number of buckets without evidence after which a column is healthy again; more for a change that took longer to find.</summary>
    public int RecoverAfter { get; init; } = 30;

    /// <summary>The greatest such number.</summary>
    public int MostRecoverAfter { get; init; } = 24 * 60;

    /// <summary>How many times more often than an alarm a warning may be false.</summary>
    public double WarningFactor { get; init; } = 10;
}
