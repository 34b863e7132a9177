namespace Inference.Diagnostics;

/// <summary>The cost of one step of a model.</summary>
public sealed class NodeProfile
{
    /// <summary>The name of the node, or of its first output if the node has none.</summary>
    public required string Name { get; init; }

    /// <summary>The operator, with its domain unless it is the standard ONNX domain.</summary>
    public required string Operator { get; init; }

    /// <summary>The kernel of its product with constant weights, as <c>inference kernels</c> lists it; empty if it has none.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>When the step started, relative to the start of the run, in the last measured run.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>The median time of the step per run.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>The size of its inputs in bytes, including weights.</summary>
    public required long InputBytes { get; init; }

    /// <summary>The size of its outputs in bytes.</summary>
    public required long OutputBytes { get; init; }

    /// <summary>The number of multiply-accumulate operations; 0 if the operator has none, or has them inside subgraphs.</summary>
    public required long Macs { get; init; }

    /// <summary>The type and shape of the first output.</summary>
    public required string OutputType { get; init; }

    /// <summary>Floating-point operations per second (two for each MAC), in units of 10⁹; 0 if there are no MACs.</summary>
    public double GigaflopsPerSecond => Macs == 0 || Time <= TimeSpan.Zero ? 0 : 2e-9 * Macs / Time.TotalSeconds;
}
