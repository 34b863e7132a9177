using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Replaces nodes whose inputs are all constants, or whose small integer result is known from shapes, by their results.</summary>
internal sealed class ConstantFolding
{
    // Weights that are converted or dequantized grow by eight at most (4 bits to 32); what grows more (Expand, Tile, ConstantOfShape) is cheaper to compute than to keep.
    private const int MaxGrowth = 8;
    private const long FreeBytes = 64L << 20;

    // What takes longer is left to the run, which has a deadline of its own.
    private static readonly TimeSpan s_maxTime = TimeSpan.FromSeconds(10);

    private readonly OperatorEvaluator _evaluator;
    private readonly RunControl _control;
    private readonly long _stopAt;
    private long _bytesLeft;

    private ConstantFolding(ModelGraph graph, RunControl control)
    {
        _control = control;
        _evaluator = new(control);
        _stopAt = control.Within(s_maxTime);
        _bytesLeft = Math.Min(FreeBytes + MaxGrowth * ConstantBytes(graph, []), control.Memory.Limit);
    }

    public static void Run(ModelGraph graph, RunControl control)
    {
        if (new ConstantFolding(graph, control).Fold(graph))
        {
            GraphEdit.UpdateCaptures(graph);
        }
    }

    private static long ConstantBytes(ModelGraph graph, HashSet<Tensor> seen)
    {
        long bytes = 0;
        foreach (Node node in graph.Nodes)
        {
            foreach (Value? input in node.Inputs)
            {
                bytes += input?.Constant is { } constant && seen.Add(constant) ? constant.ByteCount : 0;
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                bytes += ConstantBytes(inner, seen);
            }
        }

        return bytes;
    }

    private bool Fold(ModelGraph graph)
    {
        var kept = new List<Node>(graph.Nodes.Count);
        bool changed = false;
        foreach (Node node in graph.Nodes)
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                changed |= Fold(inner);
            }

            _control.ThrowIfStopped();
            if (TryFold(node))
            {
                changed = true;
            }
            else
            {
                kept.Add(node);
            }
        }

        if (kept.Count < graph.Nodes.Count)
        {
            graph.Nodes.Clear();
            graph.Nodes.AddRange(kept);
        }

        return changed;
    }

    private bool TryFold(Node node)
    {
        if (node.Operator is not { IsDeterministic: true } || GraphEdit.InnerGraphs(node).Any() || node.Outputs.Any(o => o?.Type is { } t && t.Kind != ModelValueKind.Tensor))
        {
            return false;
        }

        if (node.Outputs is [{ Type: { Kind: ModelValueKind.Tensor } type } known] && ShapeMath.ToTensor(type.ElementType, ShapeMath.ToFixed(type.Shape), known.ShapeData) is { } numbers)
        {
            Set(known, numbers);
            return true;
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
            outputs = _evaluator.Evaluate(node, inputs, _bytesLeft, _stopAt);
        }
        catch (InferenceException exception) when (exception is not DeadlineExceededException)
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
                _bytesLeft -= tensor.ByteCount;
                Set(value, tensor);
            }
        }

        return true;
    }

    private static void Set(Value value, Tensor tensor)
    {
        value.Constant = tensor;
        value.Type = ModelValueType.Tensor(tensor.Type, ShapeMath.ToDimensions(tensor.Dims));
        value.ShapeData = ShapeMath.DataOf(tensor);
        value.Producer = null;
    }
}
