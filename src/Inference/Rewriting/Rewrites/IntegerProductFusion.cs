using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Joins MatMulInteger with a constant B (→ Add of int32) → Cast to f32 → Mul by scales into one <c>IntegerLinear</c>, which a Mul of two scales joins too; the same
/// operations in the same order, so the same floats. Bias and activation come in with epilogue fusion.
/// </summary>
[Pattern("Add", "Cast", "IntegerLinear", "MatMulInteger", "Mul")]
internal static class IntegerProductFusion
{
    public static void Run(ModelGraph graph)
    {
        if (!graph.Nodes.Exists(n => n is { OpType: "MatMulInteger", Domain.Length: 0 } || GraphEdit.InnerGraphs(n).Any()))
        {
            return;
        }

        var uses = new UseMap(graph);
        var gone = new HashSet<Node>();
        var made = new Dictionary<Node, Node>();
        foreach (Node node in graph.Nodes)
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (node is { OpType: "MatMulInteger", Domain.Length: 0 } && Fuse(node, uses, gone) is { } fused)
            {
                made[fused.At] = fused.Made;
            }
        }

        // The fused node takes the last node's place: all its inputs are made by then.
        graph.Nodes.RemoveAll(gone.Contains);
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            graph.Nodes[i] = made.GetValueOrDefault(graph.Nodes[i], graph.Nodes[i]);
        }
    }

    private static (Node Made, Node At)? Fuse(Node product, UseMap uses, HashSet<Node> gone)
    {
        if (product is not { Inputs: [{ Type.Shape.Count: >= 2 }, { Constant: { Rank: 2, Count: > 0 } b }, ..], Outputs: [{ }] }
            || (product.HasInput(2) && !IsOne(product.Inputs[2]!)) || (product.HasInput(3) && !(product.Inputs[3]!.Constant is { Rank: <= 1 } zeros && (zeros.Count == 1 || zeros.Count == b.Dims[1]))))
        {
            return null;
        }

        Value sums = product.Outputs[0]!;
        Node? next = uses.OnlyUser(sums);
        Node? add = null;
        Value? start = null;
        if (next is { Outputs: [{ }] } && Match.Is(next, "Add") && Match.Other(next, sums, out Value addend) && addend.Constant is { Rank: 1, Type: ElementType.Int32 } && addend.Constant.Count == b.Dims[1])
        {
            (add, start) = (next, addend);
            sums = next.Outputs[0]!;
            next = uses.OnlyUser(sums);
        }

        if (next is not { OpType: "Cast", Domain.Length: 0 } cast || cast.Attributes.Int("to", 0) != (long)ElementType.Float32 || cast.Outputs is not [{ } single]
            || uses.OnlyUser(single) is not { Outputs: [{ } scaled] } mul || !Match.Is(mul, "Mul") || !Match.Other(mul, single, out Value scale) || !IsScale(scale, b.Dims[1]))
        {
            return null;
        }

        Value? second = null;
        if (Match.Producer(scale, "Mul") is { Inputs: [{ } left, { } right] } factors && uses.OnlyUser(scale) == mul && IsScale(left, b.Dims[1]) && IsScale(right, b.Dims[1]))
        {
            (scale, second) = (left, right);
            gone.Add(factors);
        }

        gone.UnionWith(add is null ? [product, cast] : [product, add, cast]);
        Node made = NodeFactory.Make(
            Domains.Fused, "IntegerLinear", 1, product.Name,
            [product.Inputs[0], product.Inputs[1], product.HasInput(2) ? product.Inputs[2] : null, product.HasInput(3) ? product.Inputs[3] : null, start, scale, second], null, scaled);
        return (made, mul);
    }

    private static bool IsOne(Value value) => value.Type?.Shape is { } shape && shape.All(d => d.Size == 1);

    // One value or one a column; of rank 1 at most, so that the product keeps its shape.
    private static bool IsScale(Value value, long columns) => value.Type is { ElementType: ElementType.Float32, Shape: { Count: <= 1 } shape } && (shape.Count == 0 || shape[0].Size == 1 || shape[0].Size == columns);
}
