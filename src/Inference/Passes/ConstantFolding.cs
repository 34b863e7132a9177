using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Replaces nodes whose inputs are all constants by their results.</summary>
internal static class ConstantFolding
{
    // A constant that expands (Expand, Tile, ConstantOfShape) is folded up to this size; 256 Mi elements cover the largest weight matrices in use.
    private const long MaxElements = 1L << 28;

    public static void Run(ModelGraph graph)
    {
        var evaluator = new OperatorEvaluator();
        var kept = new List<Node>(graph.Nodes.Count);
        bool changed = false;
        foreach (Node node in graph.Nodes)
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (TryFold(node, evaluator))
            {
                changed = true;
            }
            else
            {
                kept.Add(node);
            }
        }

        if (changed)
        {
            graph.Nodes.Clear();
            graph.Nodes.AddRange(kept);
            GraphEdit.UpdateCaptures(graph);
        }
    }

    private static bool TryFold(Node node, OperatorEvaluator evaluator)
    {
        if (node.Operator is not { IsDeterministic: true } || GraphEdit.InnerGraphs(node).Any() || node.Outputs.Any(o => o?.Type is { } t && t.Kind != ModelValueKind.Tensor))
        {
            return false;
        }

        var inputs = new EngineValue?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (node.Inputs[i] is { } input)
            {
                if (input.Constant is null)
                {
                    return false;
                }

                inputs[i] = input.Constant;
            }
        }

        EngineValue?[]? outputs;
        try
        {
            outputs = evaluator.Evaluate(node, inputs, MaxElements);
        }
        catch (InferenceException)
        {
            // The node fails on these constants; it may sit on a branch that is never taken, so the run decides.
            return false;
        }

        if (outputs is null || outputs.Any(o => o is not null and not Tensor))
        {
            return false;
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (node.Outputs[i] is { } value && outputs[i] is Tensor tensor)
            {
                value.Constant = tensor;
                value.Type = ModelValueType.Tensor(tensor.Type, ShapeMath.ToDimensions(tensor.Dims));
                value.ShapeData = ShapeMath.DataOf(tensor);
                value.Producer = null;
            }
        }

        return true;
    }
}
