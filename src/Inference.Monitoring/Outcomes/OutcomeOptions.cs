using System.ComponentModel.DataAnnotations;

namespace Inference.Monitoring;

/// <summary>Which reports say how good a version is, and when. Named by model.</summary>
public sealed class OutcomeOptions : IValidatableObject
{
    /// <summary>The name of the reports that are judged; the default is <c>label</c>.</summary>
    [Required]
    public string Name { get; set; } = "label";

    /// <summary>What of a report is judged; the default is the reported number itself.</summary>
    [EnumDataType(typeof(OutcomeMeasure))]
    public OutcomeMeasure Measure { get; set; }

    /// <summary>The score from which on a label of 1 is predicted, for <see cref="OutcomeMeasure.Mistake"/>; the default is 0.5.</summary>
    public double Threshold { get; set; } = 0.5;

    /// <summary>The smallest possible outcome; outcomes below count as it. The default is 0.</summary>
    public double Lowest { get; set; }

    /// <summary>The largest possible outcome; outcomes above count as it. The default is 1.</summary>
    public double Highest { get; set; } = 1;

    /// <summary>Whether lower outcomes are better; always so for errors. False by default.</summary>
    public bool LowerIsBetter { get; set; }

    /// <summary>How much worse than the default's a canary's mean outcome may be before it counts as worse, in parts of what the default's could be worse, 0 to 0.5: t·(1 − loss), the default's loss being 0 at best and 1 at worst. The default is 0.</summary>
    [Range(0.0, 0.5)]
    public double Tolerance { get; set; }

    /// <summary>The age from which on predictions are judged, 0 to 365 days; null, the default: the time after which 95 % of the labels have arrived, as observed. Of younger predictions those whose outcome is known early would be judged.</summary>
    [DurationRange("00:00:00", "365.00:00:00")]
    public TimeSpan? Maturity { get; set; }

    /// <summary>How often outcomes are judged, 100 ms to 1 day; the default is 10 s.</summary>
    [DurationRange("00:00:00.1000000", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The probability that a sample-ratio mismatch is ever reported though there is none, 1e-9 to 0.1; the default is 0.001.</summary>
    [Range(1e-9, 0.1)]
    public double SampleRatioAlpha { get; set; } = 0.001;

    internal bool IsLoss => LowerIsBetter || Measure != OutcomeMeasure.Value;

    /// <summary>Validates the range.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (!(Lowest < Highest) || !double.IsFinite(Highest - Lowest))
        {
            yield return new ValidationResult($"Lowest, Highest: expected a finite lowest outcome below the highest, got {Lowest} and {Highest}. Set them to the outcome's range.", [nameof(Lowest), nameof(Highest)]);
        }
    }

    /// <summary>The outcome of a report, in the outcome's unit; NaN if it has none.</summary>
    internal double Of(double value, double score) => Measure switch
    {
        OutcomeMeasure.Value => value,
        OutcomeMeasure.SquaredError => (score - value) * (score - value),
        OutcomeMeasure.AbsoluteError => Math.Abs(score - value),
        _ => double.IsNaN(score) || double.IsNaN(value) ? double.NaN : (score >= Threshold) == (value >= 0.5) ? 0 : 1,
    };
}
