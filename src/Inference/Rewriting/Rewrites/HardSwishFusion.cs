using Inference.Operators.Elementwise;
using Inference.Operators.Elementwise.OneInput;
using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Finds HardSwish written out: x·clip(x + 3, 0, 6)÷6 in any order, and x·HardSigmoid(x) with slope 1/6 and offset ½.</summary>
[Pattern("Add", "Clip", "Div", "HardSigmoid", "HardSwish", "Mul")]
internal static class HardSwishFusion
{
    private const float Sixth = 1f / 6f;

    public static void Run(ModelGraph graph)
    {
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            Node node = graph.Nodes[i];
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if ((Match.Is(node, "Mul") || Match.Is(node, "Div")) && node is { Inputs: [{ }, { }], Outputs: [{ } output] } && Argument(node) is { } x && Match.IsSingle(x)
                && Match.SameRank(x, output))
            {
                graph.Nodes[i] = NodeFactory.Make("", "HardSwish", 14, node.Name, [x], null, output);
            }
        }
    }

    private static Value? Argument(Node node)
    {
        // (x·clip)÷6, then x·(clip÷6).
        if (Sixths(node) is { } whole && Match.Producer(whole, "Mul") is { Inputs: [{ } a, { } b] })
        {
            return Gate(b) == a ? a : Gate(a) == b ? b : null;
        }

        return node is { OpType: "Mul", Inputs: [{ } c, { } d] } ? HardSigmoid(d) == c ? c : HardSigmoid(c) == d ? d : null : null;
    }

    // The y of y÷6 or y·(1/6).
    private static Value? Sixths(Node? node) => node switch
    {
        { OpType: "Div", Domain.Length: 0, Inputs: [{ } y, { } divisor] } => Match.Scalar(divisor, out float number) && number == 6f ? y : null,
        { OpType: "Mul", Domain.Length: 0 } => Match.WithScalar(node, out float factor, out Value y) && MathF.Abs(factor - Sixth) < 1e-6f ? y : null,
        _ => null,
    };

    private static Value? HardSigmoid(Value value)
    {
        if (Match.Producer(value, "HardSigmoid") is { } node)
        {
            return MathF.Abs(node.Attributes.Float("alpha", 0.2f) - Sixth) < 1e-6f && node.Attributes.Float("beta", 0.5f) == 0.5f ? node.Inputs[0] : null;
        }

        return Sixths(value.Producer) is { } sixths ? Gate(sixths) : null;
    }

    // The x of clip(x + 3, 0, 6).
    private static Value? Gate(Value value) =>
        Match.Producer(value, "Clip") is { } clip && Clip.Bounds(clip, out float min, out float max) && min == 0f && max == 6f
        && Match.WithScalar(Match.Producer(clip.Inputs[0], "Add"), out float three, out Value x) && three == 3f ? x : null;
}
