using System.ComponentModel.DataAnnotations;

namespace Inference.Monitoring;

/// <summary>Options of the measurement of cost. Named by model.</summary>
public sealed class CostOptions
{
    /// <summary>The price of a core for an hour, in any currency, 0 to 1e6; null, the default: processor time alone is told.</summary>
    [Range(0.0, 1e6)]
    public double? PricePerCoreHour { get; set; }

    /// <summary>One run in so many is measured, 1 to 65,536; the default is 16. A measurement takes less than a microsecond.</summary>
    [Range(1, 65_536)]
    public int Every { get; set; } = 16;
}
