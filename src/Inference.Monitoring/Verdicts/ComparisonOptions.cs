namespace Inference.Monitoring;

/// <summary>How one window is compared with a profile.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The probability of an alarm without a change, over all columns and tests together, above 0, below 1; the default is 0.001.</summary>
    public double AlarmLevel { get; init; } = 0.001;

    /// <summary>The probability of a warning without a change; the default is 0.01.</summary>
    public double WarningLevel { get; init; } = 0.01;

    /// <summary>The relative change of a cell's share that is not drift, 0 to below 1; the default is 0.1.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>The smallest Jensen–Shannon distance, in bits, that is an alarm rather than a warning; the default is 0.01.</summary>
    public double MinimumEffect { get; init; } = 0.01;

    /// <summary>The number of rows below which nothing is judged; the default is 100.</summary>
    public int MinimumRows { get; init; } = 100;

    /// <summary>Whether outputs are left out, because only inputs are known; false by default.</summary>
    public bool InputsOnly { get; init; }

    /// <summary>The score from which on a binary classifier predicts the positive class, 0 to 1; the default is 0.5.</summary>
    public double Threshold { get; init; } = 0.5;
}
