namespace Inference.Monitoring;

/// <summary>How a stream of buckets is evaluated.</summary>
public sealed record StreamOptions
{
    /// <summary>The expected number of buckets until a false data-set alarm, above 1; the default is 129,600: 90 days of minutes.</summary>
    public double ExpectedFalseAlarms { get; init; } = 90 * 24 * 60;

    /// <summary>The relative change of a cell's share that is not drift, 0 to below 1; the default is 0.1.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>The smallest Jensen–Shannon distance, in bits, that is an alarm; the default is 0.01.</summary>
    public double MinimumEffect { get; init; } = 0.01;

    /// <summary>Whether outputs are left out, because only inputs are known; false by default.</summary>
    public bool InputsOnly { get; init; }

    /// <summary>The number of rows below which a bucket is joined with the next; the default is 500.</summary>
    public int MinimumRows { get; init; } = 500;
}
