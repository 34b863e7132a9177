using Inference.Onnx;
using Inference.Optimization.Records;

namespace Inference.Optimization.Sparsification;

/// <summary>The result of sparsification.</summary>
public sealed class SparsifyResult
{
    /// <summary>The new model.</summary>
    public required OnnxModel Model { get; init; }

    /// <summary>The decision on the heads of each attention: heads with the same pattern together.</summary>
    public required IReadOnlyList<LayerDecision> Layers { get; init; }

    /// <summary>The scores that the source model computes for one row: queries × keys, of all heads that could be rewritten.</summary>
    public required long SourceScores { get; init; }

    /// <summary>The scores that the new model computes for one row, hidden ones included.</summary>
    public required long Scores { get; init; }
}
