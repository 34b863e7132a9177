using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Compares the sizes of models.</summary>
internal static class ModelSize
{
    // Above, weights are so many that they outweigh nodes and names.
    private const long OnlyWeights = 1 << 20;

    /// <summary>The bytes that a model takes: of its file below a megabyte of constants, where nodes and names count, and of its constants above. Two models are compared by the same measure.</summary>
    /// <param name="source">The source model.</param>
    /// <param name="model">The model that was made from it.</param>
    public static (long Source, long Model) Compare(OnnxModel source, OnnxModel model)
    {
        (long before, long after) = (Weights.TotalBytes(source.Graph), Weights.TotalBytes(model.Graph));
        return Math.Max(before, after) >= OnlyWeights ? (before, after) : (source.ToArray().Length, model.ToArray().Length);
    }
}
