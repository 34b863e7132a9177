namespace Inference.Operators.Reduction;

/// <summary>The axes of reductions that take them as an input from opset 18 on.</summary>
internal static class ReducedAxes
{
    /// <summary>The axes that a node names: an attribute before a version of the standard, a constant input from there; null where it names none.</summary>
    public static long[]? Of(Node node, int inputSince = 18) =>
        node.Opset < inputSince ? node.Attributes.Ints("axes") : node.HasInput(1) && node.Inputs[1]!.Constant is { Type: ElementType.Int64 } axes ? axes.ToInt64Array() : null;
}
