using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>Options of a cascade: a small model answers the rows that it is confident of, a large one the others.</summary>
public sealed class CascadeOptions
{
    /// <summary>The name of the registered small model; required unless a runner is passed to <c>UseCascade</c>.</summary>
    public string? SmallModel { get; set; }

    /// <summary>When the small model's answer is accepted; null, the default: the threshold in its metadata under <see cref="CascadeThreshold.MetadataKey"/>.</summary>
    public CascadeThreshold? Threshold { get; set; }

    /// <summary>Overrides <see cref="CascadeThreshold.Threshold"/>, 0 to 1; null, the default: as calibrated.</summary>
    [Range(0.0, 1.0)]
    public double? ThresholdValue { get; set; }

    /// <summary>Whether the large model answers all rows if the small one fails; the default is true.</summary>
    public bool GoOnAfterError { get; set; } = true;
}
