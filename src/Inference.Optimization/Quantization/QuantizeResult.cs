using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Quantization;

/// <summary>A quantized model and how it came to be.</summary>
public sealed class QuantizeResult
{
    /// <summary>The new model; it may share weights with the source, which must stay undisposed as long.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>What was done to each layer and table.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>Bytes of the source's constants.</summary>
    public required long SourceBytes { get; init; }

    /// <summary>Bytes of the new model's constants.</summary>
    public required long Bytes { get; init; }

    /// <summary>Ranges of the activations and what was seen of them; empty where none are quantized ahead.</summary>
    public IReadOnlyList<TensorRange> Ranges { get; init; } = [];
}
