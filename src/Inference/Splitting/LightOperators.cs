using Inference.Import;
using Inference.Onnx;
using Inference.Operators.Standard;

namespace Inference.Splitting;

/// <summary>Work that is cheaper to do again than to keep its result.</summary>
internal static class LightOperators
{
    /// <summary>Whether a node only moves elements, or computes with shapes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="type">The type of its output, as far as known.</param>
    public static bool IsLight(OnnxNode node, ModelValueType? type) =>
        StandardOperators.Table.TraitsOf(ModelImporter.Canonical(node.Domain), node.OpType).Lightness switch
        {
            Lightness.Always => true,
            Lightness.OnShapes => IsShapeArithmetic(type),
            _ => false,
        };

    /// <summary>Whether a value can be a shape, or a part of one.</summary>
    public static bool IsShapeArithmetic(ModelValueType? type) =>
        type is { Kind: ModelValueKind.Tensor, ElementType: ElementType.Int64 or ElementType.Int32 or ElementType.Bool, Shape: { Count: <= 1 } shape }
        && (shape.Count == 0 || shape[0].IsFixed);
}
