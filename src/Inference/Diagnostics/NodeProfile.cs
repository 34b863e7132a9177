namespace Inference.Diagnostics;

/// <summary>What one step of a model costs.</summary>
public sealed class NodeProfile
{
    /// <summary>The node's name; the first output's where it has none.</summary>
    public required string Name { get; init; }

    /// <summary>The operator, with its domain where that is not the standard's.</summary>
    public required string Operator { get; init; }

    /// <summary>When it started, from the start of the run, in the last run observed.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>Median time a run.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Bytes of its inputs, weights included.</summary>
    public required long InputBytes { get; init; }

    /// <summary>Bytes of its outputs.</summary>
    public required long OutputBytes { get; init; }

    /// <summary>Multiply-accumulate operations; 0 where it is not a matter of them, or they are inside inner graphs.</summary>
    public required long Macs { get; init; }

    /// <summary>Type and shape of the first output.</summary>
    public required string OutputType { get; init; }

    /// <summary>Floating-point operations a second (two for each MAC), in units of 10⁹; 0 where there are no MACs.</summary>
    public double GigaflopsPerSecond => Macs == 0 || Time <= TimeSpan.Zero ? 0 : 2e-9 * Macs / Time.TotalSeconds;
}
