using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Quantization;

/// <summary>The result of quantization.</summary>
public sealed class QuantizeResult
{
    /// <summary>The new model; it may share weights with the source, which must not be disposed before it.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>The decision on each layer and table.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>The bytes of the source model's constants.</summary>
    public required long SourceBytes { get; init; }

    /// <summary>The bytes of the new model's constants.</summary>
    public required long Bytes { get; init; }

    /// <summary>The ranges of the activations with the observed values; empty unless activations are quantized statically.</summary>
    public IReadOnlyList<TensorRange> Ranges { get; init; } = [];

    /// <summary>What was found out about the model; null unless activations are quantized statically.</summary>
    internal QuantizationAnalysis? Analysis { get; init; }
}
