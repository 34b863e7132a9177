using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>A row of a prediction that is judged.</summary>
/// <param name="Score">The score, finite.</param>
/// <param name="Label">The label; null without one that is a number.</param>
/// <param name="Uniform">A number in [0, 1) that is the same whenever the row is judged.</param>
internal readonly record struct JudgedRow(double Score, double? Label, double Uniform)
{
    /// <summary>Whether the score is a probability.</summary>
    public bool IsProbability => Score is >= 0 and <= 1;

    /// <summary>The class; null if the label is none.</summary>
    public bool? Class => Label switch
    {
        1 => true,
        0 => false,
        _ => null,
    };

    /// <summary>A label as a number: a text may be one.</summary>
    public static double? Number(FeedbackValue? value) =>
        value is not { } label ? null
        : label.IsNumber ? label.Number
        : label.Text!.ToUpperInvariant() switch
        {
            "TRUE" or "YES" => 1,
            "FALSE" or "NO" => 0,
            _ => double.TryParse(label.Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : (double?)null,
        };
}
