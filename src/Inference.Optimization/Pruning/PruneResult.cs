using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Pruning;

/// <summary>A pruned model and how it came to be.</summary>
/// <param name="Model">The new model.</param>
/// <param name="Layers">What was done to each group of channels.</param>
/// <param name="SourceMacs">Multiply-adds of the source for one row.</param>
/// <param name="Macs">Multiply-adds of the new model for one row.</param>
/// <param name="Multiple">Channels were removed in multiples of this; 0: in halves of groups; −1: so, the widest groups first.</param>
public sealed record PruneResult(OnnxModel Model, IReadOnlyList<LayerDecision> Layers, long SourceMacs, long Macs, int Multiple);
