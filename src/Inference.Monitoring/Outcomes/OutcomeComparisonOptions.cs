namespace Inference.Monitoring;

/// <summary>How the outcomes of two arms are compared.</summary>
public sealed record OutcomeComparisonOptions
{
    /// <summary>The smallest possible outcome; outcomes below count as it. The default is 0.</summary>
    public double Lowest { get; init; }

    /// <summary>The largest possible outcome; outcomes above count as it. The default is 1.</summary>
    public double Highest { get; init; } = 1;

    /// <summary>Whether lower outcomes are better; false by default.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>α, the probability that the interval ever excludes the true difference, above 0, below 1; the default is 0.05.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>The probability that a sample-ratio mismatch is ever reported though there is none, above 0, below 1; the default is 0.001.</summary>
    public double SampleRatioAlpha { get; init; } = 0.001;

    /// <summary>The name of the control in reports.</summary>
    public string ControlName { get; init; } = "control";

    /// <summary>The name of the treatment in reports.</summary>
    public string TreatmentName { get; init; } = "treatment";

    /// <summary>The seed of the rounding of outcomes between levels; the default is 1.</summary>
    public int Seed { get; init; } = 1;
}
