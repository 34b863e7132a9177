using Inference.Import;
using Inference.Onnx;

namespace Inference.Splitting;

/// <summary>Work that is cheaper to do again than to keep its result.</summary>
internal static class LightOperators
{
    private static readonly HashSet<string> s_views = new(StringComparer.Ordinal)
    {
        "Cast", "Flatten", "Identity", "Reshape", "Shape", "Size", "Squeeze", "Transpose", "Unsqueeze",
    };

    private static readonly HashSet<string> s_arithmetic = new(StringComparer.Ordinal)
    {
        "Add", "Concat", "ConstantOfShape", "Div", "Equal", "Gather", "Max", "Min", "Mod", "Mul", "Range", "ReduceProd", "Slice", "Sub", "Where",
    };

    /// <summary>Whether a node only moves elements, or computes with shapes.</summary>
    /// <param name="node">The node.</param>
    /// <param name="type">The type of its output, as far as known.</param>
    public static bool IsLight(OnnxNode node, ModelValueType? type) =>
        ModelImporter.Canonical(node.Domain).Length == 0
        && (s_views.Contains(node.OpType) || (s_arithmetic.Contains(node.OpType) && IsShapeArithmetic(type)));

    /// <summary>Whether a value can be a shape, or a part of one.</summary>
    public static bool IsShapeArithmetic(ModelValueType? type) =>
        type is { Kind: ModelValueKind.Tensor, ElementType: ElementType.Int64 or ElementType.Int32 or ElementType.Bool, Shape: { Count: <= 1 } shape }
        && (shape.Count == 0 || shape[0].IsFixed);
}
