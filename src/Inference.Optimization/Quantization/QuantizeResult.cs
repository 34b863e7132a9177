using Inference.Onnx;
using Inference.Optimization.Records;
using Inference.Optimization.Reports;

namespace Inference.Optimization.Quantization;

/// <summary>A quantized model and how it came to be.</summary>
/// <param name="Model">The new model; it may share weights with the source, which must stay undisposed as long.</param>
/// <param name="Layers">What was done to each layer and table.</param>
/// <param name="SourceBytes">Bytes of the source's constants.</param>
/// <param name="Bytes">Bytes of the new model's constants.</param>
public sealed record QuantizeResult(OnnxModel Model, IReadOnlyList<LayerDecision> Layers, long SourceBytes, long Bytes)
{
    /// <summary>Ranges of the activations and what was seen of them; empty where none are quantized ahead.</summary>
    public IReadOnlyList<TensorRange> Ranges { get; init; } = [];
}
