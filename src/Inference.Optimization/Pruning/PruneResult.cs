using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Pruning;

/// <summary>A pruned model and how it came to be.</summary>
public sealed class PruneResult
{
    /// <summary>The new model.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>What was done to each group of channels.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>Multiply-adds of the source for one row.</summary>
    public required long SourceMacs { get; init; }

    /// <summary>Multiply-adds of the new model for one row.</summary>
    public required long Macs { get; init; }

    /// <summary>Channels were removed in multiples of this; 0: in halves of groups; −1: so, the widest groups first.</summary>
    public required int Multiple { get; init; }
}
