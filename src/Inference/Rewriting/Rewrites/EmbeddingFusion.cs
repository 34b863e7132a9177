using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Joins what restores the rows of a constant table of codes, Gather(codes) → Cast → · Gather(scale) → + Gather(bias), all by the same indices, so that nothing is stored between.</summary>
[Pattern("Add", "Cast", "Gather", "Mul", "QGather")]
internal static class EmbeddingFusion
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

            if (Match.Is(node, "Add") && node is { Inputs: [{ } a, { } b], Outputs: [{ } output] } && (Find(a, b, uses) ?? Find(b, a, uses)) is { } found)
            {
                graph.Nodes[i] = NodeFactory.Make(Domains.Fused, "QGather", 1, node.Name, [found.Codes, found.Indices, found.Scale, found.Bias], null, output);
            }
        }
    }

    private static (Value Codes, Value Indices, Value Scale, Value Bias)? Find(Value product, Value shift, UseMap uses)
    {
        if (Match.Producer(product, "Mul") is not { Inputs: [{ } a, { } b] } mul || uses.OnlyUser(product) is null || Column(shift) is not { } bias)
        {
            return null;
        }

        foreach ((Value code, Value factor) in new[] { (a, b), (b, a) })
        {
            if (Column(factor) is { } scale && Match.Producer(code, "Cast") is { Inputs: [{ } bytes] } && Match.IsSingle(code) && uses.OnlyUser(code) == mul
                && Rows(bytes) is { } codes && codes.Table.Constant is { Type: ElementType.UInt8, Rank: 2 } table
                && scale.Indices == codes.Indices && bias.Indices == codes.Indices && scale.Table.Constant!.Dims[0] == table.Dims[0] && bias.Table.Constant!.Dims[0] == table.Dims[0])
            {
                return (codes.Table, codes.Indices, scale.Table, bias.Table);
            }
        }

        return null;
    }

    // A gathered column of floats, one for each row.
    private static (Value Table, Value Indices)? Column(Value value) =>
        Rows(value) is { } rows && rows.Table.Constant is { Type: ElementType.Float32, Rank: 2 } table && table.Dims[1] == 1 ? rows : null;

    private static (Value Table, Value Indices)? Rows(Value value) =>
        Match.Producer(value, "Gather") is { Inputs: [{ } table, { } indices] } gather && table.Constant is { Rank: 2 } && gather.Attributes.Int("axis", 0) is 0 or -2 ? (table, indices) : null;
}
