using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Factorization;

/// <summary>A factorized model and how it came to be.</summary>
public sealed class FactorizeResult
{
    /// <summary>The new model.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>What was done to each layer.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>Multiply-adds of the source for one row.</summary>
    public required long SourceMacs { get; init; }

    /// <summary>Multiply-adds of the new model for one row.</summary>
    public required long Macs { get; init; }
}
