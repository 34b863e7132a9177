using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Joins two products with constant f32 matrices, X × A[K,R] × B[R,N], where R is below both K and N and the intermediate product has no other consumers. The second may have
/// bias, addend and activation; the first must have none.
/// </summary>
[Pattern("Linear", "LowRank", "MatMul")]
internal static class LowRankFusion
{
    public static void Run(ModelGraph graph)
    {
        var uses = new UseMap(graph);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (IsProduct(node) && node.Inputs[0] is { Producer: { OpType: "MatMul", Domain.Length: 0, Outputs: [{ }] } first } middle && IsProduct(first) && uses.OnlyUser(middle) == node
                && first.Inputs[1]!.Constant is { } a && node.Inputs[1]!.Constant is { } b && a.Dims[1] == b.Dims[0] && a.Dims[1] < a.Dims[0] && a.Dims[1] < b.Dims[1]
                && first.Inputs[0] is { } x && Match.IsSingle(x) && x.Type!.Shape is { Count: >= 2 })
            {
                Node made = NodeFactory.Make(
                    Domains.Fused, "LowRank", 1, node.Name,
                    [x, first.Inputs[1], node.Inputs[1], node.HasInput(2) ? node.Inputs[2] : null, node.HasInput(3) ? node.Inputs[3] : null],
                    node.Attributes.Copy(), node.Outputs[0]);
                graph.Nodes[i] = made;
                graph.Nodes.Remove(first);
                uses.Remove(x, first);
                uses.Add(x, made);
                i--;
            }
        }
    }

    private static bool IsProduct(Node node) =>
        ((node.OpType == "MatMul" && node.Domain.Length == 0) || (node.OpType == "Linear" && node.Domain == Domains.Fused))
        && node.Inputs.Count >= 2 && node.Inputs[1]?.Constant is { Type: ElementType.Float32, Rank: 2 };
}
