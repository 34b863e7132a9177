using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Pruning;

/// <summary>The result of pruning.</summary>
public sealed class PruneResult
{
    /// <summary>The new model.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>The decision on each group of channels.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>The source model's multiply-adds for one row.</summary>
    public required long SourceMacs { get; init; }

    /// <summary>The new model's multiply-adds for one row.</summary>
    public required long Macs { get; init; }

    /// <summary>The number that removed channels are a multiple of; 0: halves of groups; −1: halves, widest groups first.</summary>
    public required int Multiple { get; init; }
}
