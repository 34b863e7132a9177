using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Factorization;

/// <summary>The result of factorization.</summary>
public sealed class FactorizeResult
{
    /// <summary>The new model.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>The decision on each layer.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>The source model's multiply-adds for one row.</summary>
    public required long SourceMacs { get; init; }

    /// <summary>The new model's multiply-adds for one row.</summary>
    public required long Macs { get; init; }
}
