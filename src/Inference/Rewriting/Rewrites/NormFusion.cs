using Inference.Operators.Reduction;
using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Finds layer norms written out in single operators: d = x − mean(x); y = d/√(mean(d²) + ε)·γ + β over the last axis becomes LayerNormalization, and without the
/// mean, x/√(mean(x²) + ε)·γ, becomes RMSNormalization. What is left unused is removed by dead-code elimination.
/// </summary>
[Pattern("Add", "Div", "LayerNormalization", "Mul", "Pow", "RMSNormalization", "Reciprocal", "ReduceMean", "Sqrt", "Sub")]
internal static class NormFusion
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

            if (Match.Is(node, "Mul") && node is { Inputs: [{ }, { }], Outputs: [{ }] } && Find(node, uses) is { } norm)
            {
                graph.Nodes[graph.Nodes.IndexOf(norm.At, i)] = norm.Made;
            }
        }
    }

    private static (Node Made, Node At)? Find(Node scale, UseMap uses)
    {
        Value? normalized = Vector(scale.Inputs[1]) ? scale.Inputs[0] : Vector(scale.Inputs[0]) ? scale.Inputs[1] : null;
        if (normalized is null || uses.OnlyUser(normalized) != scale || !Normalized(normalized, out Value x, out float epsilon, out bool centered) || !Match.IsSingle(x))
        {
            return null;
        }

        Value gamma = normalized == scale.Inputs[0] ? scale.Inputs[1]! : scale.Inputs[0]!;
        if (x.Type?.Shape is not { Count: > 0 } shape || shape[^1].Size != gamma.Constant!.Count || !Match.SameRank(x, scale.Outputs[0]!))
        {
            return null;
        }

        var attributes = new AttributeMap();
        attributes.Set("axis", -1L);
        attributes.Set("epsilon", epsilon);
        if (!centered)
        {
            return (NodeFactory.Make("", "RMSNormalization", 23, scale.Name, [x, gamma], attributes, scale.Outputs[0]), scale);
        }

        // β is part of the operator; without it LayerNormalization has none.
        if (uses.OnlyUser(scale.Outputs[0]!) is { Outputs: [{ }] } add && Match.Is(add, "Add") && Match.Other(add, scale.Outputs[0]!, out Value beta) && Vector(beta) && beta.Constant!.Count == gamma.Constant.Count)
        {
            return (NodeFactory.Make("", "LayerNormalization", 17, add.Name, [x, gamma, beta], attributes, add.Outputs[0]), add);
        }

        return (NodeFactory.Make("", "LayerNormalization", 17, scale.Name, [x, gamma], attributes, scale.Outputs[0]), scale);
    }

    // d/√(mean(d²) + ε), as Div or as Mul by a reciprocal.
    private static bool Normalized(Value value, out Value x, out float epsilon, out bool centered)
    {
        x = null!;
        epsilon = 0;
        centered = false;
        if (Match.Producer(value, "Div") is { } div)
        {
            return Deviation(div.Inputs[0]!, div.Inputs[1]!, out x, out epsilon, out centered);
        }

        if (Match.Producer(value, "Mul") is { } mul)
        {
            for (int i = 0; i < 2; i++)
            {
                if (Match.Producer(mul.Inputs[i], "Reciprocal") is { } reciprocal)
                {
                    return Deviation(mul.Inputs[1 - i]!, reciprocal.Inputs[0]!, out x, out epsilon, out centered);
                }

                if (Match.Producer(mul.Inputs[i], "Div") is { } inverse && Match.Scalar(inverse.Inputs[0], out float one) && one == 1f)
                {
                    return Deviation(mul.Inputs[1 - i]!, inverse.Inputs[1]!, out x, out epsilon, out centered);
                }
            }
        }

        return false;
    }

    private static bool Deviation(Value d, Value root, out Value x, out float epsilon, out bool centered)
    {
        x = d;
        epsilon = 0;
        centered = false;
        if (Match.Producer(root, "Sqrt") is not { } sqrt || !Match.WithScalar(Match.Producer(sqrt.Inputs[0], "Add"), out epsilon, out Value variance)
            || variance.Producer is not { } mean || !IsLastAxisMean(mean) || Square(mean.Inputs[0]!) is not { } squared)
        {
            return false;
        }

        if (Centered(d) is { } source && (squared == d || Centered(squared) == source))
        {
            x = source;
            centered = true;
            return true;
        }

        return squared == d;
    }

    private static Value? Square(Value value)
    {
        if (Match.Producer(value, "Pow") is { } pow && Match.Scalar(pow.Inputs[1], out float exponent) && exponent == 2f)
        {
            return pow.Inputs[0];
        }

        return Match.Producer(value, "Mul") is { } mul && mul.Inputs[0] == mul.Inputs[1] ? mul.Inputs[0] : null;
    }

    private static Value? Centered(Value value) =>
        Match.Producer(value, "Sub") is { Inputs: [{ } x, { } mean] } && IsLastAxisMean(mean.Producer) && mean.Producer!.Inputs[0] == x ? x : null;

    private static bool Vector(Value? value) => value?.Constant is { Type: ElementType.Float32, Rank: 1 };

    // The mean over the last axis alone, which stays.
    private static bool IsLastAxisMean(Node? node) =>
        node is { OpType: "ReduceMean", Domain.Length: 0 } && node.Attributes.Int("keepdims", 1) != 0 && ReducedAxes.Of(node) is [var axis]
            && (axis == -1 || axis == (node.Inputs[0]!.Type?.Shape?.Count ?? 0) - 1);
}
