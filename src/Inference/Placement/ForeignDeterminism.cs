using Inference.Import;
using Inference.Operators.Standard;
using Inference.Rewriting.Framework;

namespace Inference.Placement;

/// <summary>Whether nodes give equal outputs for equal inputs when another provider runs them.</summary>
/// <remarks>
/// A seed does not help there: it fixes the sequence of draws, of which each run takes the next. Operators of the standard's domains that are not random are deterministic by
/// their specification, whether the engine has them or not; of other operators that the engine does not have nothing is known.
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
