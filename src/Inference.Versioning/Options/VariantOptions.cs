using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>One arm of an A/B test: a version or label and its share of the calls.</summary>
public sealed class VariantOptions
{
    /// <summary>The version or label.</summary>
    [Required]
    public string Target { get; set; } = "";

    /// <summary>The share of the calls, percent, 0 to 100; two decimals are significant.</summary>
    [Range(0.0, 100.0)]
    public double Percent { get; set; }
}
