namespace Inference.Kernels.Trees;

/// <summary>A tree ensemble as arrays over nodes and over leaf weights. Source: ONNX ai.onnx.ml TreeEnsemble, version 5.</summary>
internal sealed class TreeEnsembleData
{
    /// <summary>Root node of each tree.</summary>
    public required int[] Roots { get; init; }

    /// <summary>Mode of each node.</summary>
    public required TreeNodeMode[] Modes { get; init; }

    /// <summary>The feature that each node tests.</summary>
    public required int[] Features { get; init; }

    /// <summary>Threshold of each node.</summary>
    public required double[] Thresholds { get; init; }

    /// <summary>Node taken when the comparison holds.</summary>
    public required int[] TrueChildren { get; init; }

    /// <summary>Node taken otherwise.</summary>
    public required int[] FalseChildren { get; init; }

    /// <summary>Whether NaN takes the true child, for each node; null for none.</summary>
    public bool[]? MissingTracksTrue { get; init; }

    /// <summary>Leaf node of each weight; weights of one leaf need not be neighbours.</summary>
    public required int[] WeightLeaves { get; init; }

    /// <summary>Target of each weight, 0 to TargetCount − 1.</summary>
    public required int[] WeightTargets { get; init; }

    /// <summary>Weights.</summary>
    public required double[] Weights { get; init; }

    /// <summary>Number of targets, 1 or more.</summary>
    public required int TargetCount { get; init; }

    /// <summary>Features of a row; node features are below it.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>How weights become scores.</summary>
    public TreeAggregation Aggregation { get; init; }
}
