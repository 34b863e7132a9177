using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Computes graphs stored in float16 or bfloat16 in f32: constant weights are widened once, at load, and values are converted only where they enter or leave the
/// widened part. Intermediate values keep f32 precision, as ONNX Runtime's do. Applies to graphs with products or convolutions of constant 16-bit weights;
/// other graphs keep the rounding of each operator.
/// </summary>
[Pattern("Cast")]
internal sealed class HalfWidening
{
    private readonly ModelGraph _graph;
    private readonly OperatorEvaluator _evaluator = new();
    private readonly List<Node> _nodes = [];

    /// <summary>For a 16-bit value its f32 form.</summary>
    private readonly Dictionary<Value, Value> _wide = [];

    /// <summary>16-bit values whose node now produces only the f32 form, until they are needed.</summary>
    private readonly HashSet<Value> _missing = [];

    private HalfWidening(ModelGraph graph) => _graph = graph;

    public static void Run(ModelGraph graph)
    {
        if (graph.Nodes.Exists(n => n.Operator!.Traits.Weights is >= 0 and var at && n.HasInput(at) && n.Inputs[at] is { Constant: not null } weights && IsHalf(weights)))
        {
            new HalfWidening(graph).Run();
        }
    }

    private void Run()
    {
        foreach (Node node in _graph.Nodes.ToArray())
        {
            if (CanWiden(node))
            {
                Widen(node);
                continue;
            }

            foreach (Value use in GraphEdit.Uses(node).ToArray())
            {
                ToHalf(use);
            }

            _nodes.Add(node);
        }

        foreach (Value output in _graph.Outputs)
        {
            ToHalf(output);
        }

        _graph.Nodes.Clear();
        _graph.Nodes.AddRange(_nodes);
    }

    private static bool IsHalf(Value value) => value.Type is { Kind: ModelValueKind.Tensor, ElementType: ElementType.Float16 or ElementType.BFloat16 };

    private static bool CanWiden(Node node) => node.Operator!.Traits.Widens && node.Inputs.Exists(i => i is not null && IsHalf(i))
        && node.Outputs.TrueForAll(o => o is null || IsHalf(o) || o.Type is { Kind: ModelValueKind.Tensor, ElementType: ElementType.Bool or ElementType.Int64 });

    private void Widen(Node node)
    {
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            if (node.Inputs[i] is { } input && IsHalf(input))
            {
                node.Inputs[i] = ToWide(input);
            }
        }

        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i] is { } output && IsHalf(output))
            {
                var wide = new Value($"{output.Name}:f32") { Type = output.Type! with { ElementType = ElementType.Float32 }, Producer = node };
                node.Outputs[i] = wide;
                _wide[output] = wide;
                _missing.Add(output);
            }
        }

        NodeFactory.SetOperator(node);
        _nodes.Add(node);
    }

    private Value ToWide(Value value)
    {
        if (_wide.TryGetValue(value, out Value? wide))
        {
            return wide;
        }

        wide = new Value($"{value.Name}:f32") { Type = value.Type! with { ElementType = ElementType.Float32 } };
        Node cast = Cast(value, wide, ElementType.Float32);
        if (value.Constant is { } constant && _evaluator.Evaluate(cast, [constant])?[0] is Tensor widened)
        {
            wide = ConstantValue.Of(wide.Name, widened);
        }
        else
        {
            _nodes.Add(cast);
        }

        return _wide[value] = wide;
    }

    private void ToHalf(Value value)
    {
        if (_missing.Remove(value))
        {
            _nodes.Add(Cast(_wide[value], value, value.Type!.ElementType));
        }
    }

    private static Node Cast(Value from, Value to, ElementType type)
    {
        var attributes = new AttributeMap();
        attributes.Set("to", (long)type);
        return NodeFactory.Make("", "Cast", 13, to.Name, [from], attributes, to);
    }
}
