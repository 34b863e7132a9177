using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>How a small model answers for a big one where it is sure.</summary>
public sealed class CascadeOptions
{
    /// <summary>The registered model that is tried first; needed where no runner is given.</summary>
    public string? SmallModel { get; set; }

    /// <summary>When the small model's row is taken; null, the default: as its metadata says under <see cref="CascadeThreshold.MetadataKey"/>.</summary>
    public CascadeThreshold? Threshold { get; set; }

    /// <summary>Replaces the threshold's number, 0 to 1; null, the default: as calibrated. Above 1 no row would stop.</summary>
    [Range(0.0, 1.0)]
    public double? ThresholdValue { get; set; }

    /// <summary>Whether the big model answers all rows when the small one fails; true by default.</summary>
    public bool GoOnAfterError { get; set; } = true;
}
