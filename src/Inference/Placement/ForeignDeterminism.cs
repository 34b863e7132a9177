using Inference.Import;
using Inference.Operators.Standard;
using Inference.Rewriting.Framework;

namespace Inference.Placement;

/// <summary>Whether nodes give equal outputs for equal inputs when run by another provider.</summary>
/// <remarks>
/// A seed does not make them deterministic: it fixes the sequence of draws, and each run uses the next ones. Operators of the standard domains that are not random are deterministic by
/// their specification, whether the engine supports them or not; nothing is known about other operators that the engine does not support.
/// </remarks>
internal static class ForeignDeterminism
{
    public static bool Of(Node node) => OfOperator(node) && GraphEdit.InnerGraphs(node).All(Of);

    public static bool Of(ModelGraph graph) => graph.Nodes.TrueForAll(Of);

    private static bool OfOperator(Node node)
    {
        if (StandardOperators.Table.TraitsOf(node.Domain, node.OpType).Draws is { } draws)
        {
            return !draws(node);
        }

        return node.Operator is not OpaqueOperator ? node.Operator!.IsDeterministic : node.Domain is "" or "ai.onnx.ml";
    }
}
