using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>Options of shadowing: calls are copied to a second version, whose answers are compared with those returned and then discarded.</summary>
public sealed class ShadowOptions
{
    /// <summary>The version or label that receives the copies; null, the default: none. <c>latest</c>: the newest loaded version that is not the default.</summary>
    public string? Target { get; set; }

    /// <summary>The share of the calls that is copied, percent, 0 to 100; the default is 100.</summary>
    [Range(0.0, 100.0)]
    public double Percent { get; set; } = 100;

    /// <summary>The maximum number of shadow calls in flight, 1 to 1024; the default is 2. Further calls are not copied and are counted as dropped.</summary>
    [Range(1, 1024)]
    public int MaxInFlight { get; set; } = 2;

    /// <summary>The maximum bytes of inputs and outputs held for shadow calls in flight, 1 to 2^40; the default is 64 MiB.</summary>
    [Range(1L, 1L << 40)]
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>The relative tolerance of the comparison, ≥ 0; the default is 1e-3.</summary>
    [Range(0.0, 1e6)]
    public double RelativeTolerance { get; set; } = 1e-3;

    /// <summary>The absolute tolerance of the comparison, ≥ 0; the default is 1e-5.</summary>
    [Range(0.0, 1e12)]
    public double AbsoluteTolerance { get; set; } = 1e-5;

    /// <summary>The time after which a shadow call is cancelled, 1 ms to 1 h; the default is 30 s.</summary>
    [DurationRange("00:00:00.001", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
