using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>Copies calls to a version whose answers nobody gets, and compares its answers with those given.</summary>
public sealed class ShadowOptions
{
    /// <summary>The version or label that is shadowed; null, the default: none. <c>latest</c>: the newest loaded version that is not the default.</summary>
    public string? Target { get; set; }

    /// <summary>Share of the calls that is copied, percent, 0 to 100, 100 by default.</summary>
    [Range(0.0, 100.0)]
    public double Percent { get; set; } = 100;

    /// <summary>Shadow calls in flight at most, 1 to 1024, 2 by default; calls beyond are not copied, and counted as dropped.</summary>
    [Range(1, 1024)]
    public int MaxInFlight { get; set; } = 2;

    /// <summary>Bytes of inputs and outputs kept for shadow calls in flight at most, 1 to 2^40, 64 MiB by default.</summary>
    [Range(1L, 1L << 40)]
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>Relative tolerance of the comparison, ≥ 0, 1e-3 by default.</summary>
    [Range(0.0, 1e6)]
    public double RelativeTolerance { get; set; } = 1e-3;

    /// <summary>Absolute tolerance of the comparison, ≥ 0, 1e-5 by default.</summary>
    [Range(0.0, 1e12)]
    public double AbsoluteTolerance { get; set; } = 1e-5;

    /// <summary>After this time a shadow call is cancelled, 1 ms to 1 h, 30 s by default.</summary>
    [DurationRange("00:00:00.001", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
