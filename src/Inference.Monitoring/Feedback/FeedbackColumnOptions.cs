using System.ComponentModel.DataAnnotations;

namespace Inference.Monitoring;

/// <summary>A column that is kept of predictions.</summary>
public sealed class FeedbackColumnOptions
{
    /// <summary>The name of an input or output, with <c>[j]</c> for element j of a row; without it, all elements, at most 256. Of maps, <c>[key]</c> is the value under a key.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>What is kept of its values; by default they are kept as they are.</summary>
    [EnumDataType(typeof(FeedbackRedaction))]
    public FeedbackRedaction Redaction { get; set; }

    /// <summary>
    /// The classification of its values, <c>taxonomy:value</c>, such as <c>MyTaxonomy:Private</c>: what is kept is what the registered <c>IRedactorProvider</c> makes of a value's text (numbers in invariant culture). Null, the default, for none;
    /// <see cref="Redaction"/> is then None.
    /// </summary>
    [RegularExpression("^[^:]+:[^:]+$", ErrorMessage = "Classification: expected taxonomy:value.")]
    public string? Classification { get; set; }

    /// <summary>For <see cref="FeedbackRedaction.Round"/>, the step, above 0; the default is 1.</summary>
    [Range(double.Epsilon, double.MaxValue)]
    public double Step { get; set; } = 1;
}
