using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Finds Gelu written out: x·(1 + erf(x/√2))·½, in any order of the products.</summary>
[Pattern("Add", "Div", "Erf", "Gelu", "Mul")]
internal static class GeluFusion
{
    private const float RootTwo = 1.41421356f;

    public static void Run(ModelGraph graph)
    {
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (Match.Is(node, "Mul") && node is { Inputs: [{ }, { }], Outputs: [{ } output] } && Gelu(node) is { } x && Match.IsSingle(x) && Match.SameRank(x, output))
            {
                graph.Nodes[i] = NodeFactory.Make("", "Gelu", 20, node.Name, [x], null, output);
            }
        }
    }

    // Products of three factors: ½, x, and 1 + erf(x/√2).
    private static Value? Gelu(Node product)
    {
        var factors = new List<Value>();
        Collect(product, factors, 2);
        if (factors.Count != 3)
        {
            return null;
        }

        // By place, as one value may stand in several: ½ twice, x beside a sum that is x itself.
        int half = factors.FindIndex(f => Match.Scalar(f, out float number) && number == 0.5f);
        int sum = factors.FindIndex(f => ErfArgument(f) is not null);
        if (half < 0 || sum < 0)
        {
            return null;
        }

        Value x = factors[3 - half - sum];
        return ErfArgument(factors[sum]) == x ? x : null;
    }

    private static void Collect(Node product, List<Value> factors, int depth)
    {
        foreach (Value? input in product.Inputs)
        {
            if (depth > 1 && Match.Producer(input, "Mul") is { } inner && ErfArgument(input!) is null && factors.Count < 3 && Inside(inner))
            {
                Collect(inner, factors, depth - 1);
            }
            else if (input is not null)
            {
                factors.Add(input);
            }
        }
    }

    // Only a product that holds ½ or the error function is opened; x itself may be a product.
    private static bool Inside(Node mul) => mul.Inputs.Exists(i => (Match.Scalar(i, out float number) && number == 0.5f) || (i is not null && ErfArgument(i) is not null));

    private static Value? ErfArgument(Value value)
    {
        if (!Match.WithScalar(Match.Producer(value, "Add"), out float one, out Value erf) || one != 1f || Match.Producer(erf, "Erf") is not { } node)
        {
            return null;
        }

        if (Match.Producer(node.Inputs[0], "Div") is { } div && Match.Scalar(div.Inputs[1], out float divisor) && MathF.Abs(divisor - RootTwo) < 1e-5f)
        {
            return div.Inputs[0];
        }

        return Match.WithScalar(Match.Producer(node.Inputs[0], "Mul"), out float factor, out Value x) && MathF.Abs(factor - 1f / RootTwo) < 1e-5f ? x : null;
    }
}
