using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Makes nodes and their operators.</summary>
internal static class NodeFactory
{
    /// <summary>A node with one new output value.</summary>
    public static Node Make(string domain, string opType, long opset, string name, ReadOnlySpan<Value?> inputs, AttributeMap? attributes = null, Value? output = null)
    {
        var node = new Node(name, domain, opType, opset) { Attributes = attributes ?? new() };
        node.Inputs.AddRange(inputs);
        output ??= new Value($"{name}:{opType}");
        output.Producer = node;
        node.Outputs.Add(output);
        SetOperator(node);
        return node;
    }

    /// <summary>Reads a node's attributes into its operator, anew after they changed.</summary>
    public static void SetOperator(Node node)
    {
        if (!OperatorTable.TryFind(node.Domain, node.OpType, node.Opset, out OperatorEntry entry))
        {
            throw new InvalidOperationException($"A pass made {node.Describe()} at opset {node.Opset}, which the operator table does not have.");
        }

        node.Operator = entry.Make(node);
    }

    /// <summary>A constant value.</summary>
    public static Value Constant(string name, Tensor tensor) => new(name)
    {
        Constant = tensor,
        Type = ModelValueType.Tensor(tensor.Type, ShapeMath.ToDimensions(tensor.Dims)),
        ShapeData = ShapeMath.DataOf(tensor),
    };

    /// <summary>Copies attributes.</summary>
    public static AttributeMap Copy(AttributeMap source)
    {
        var copy = new AttributeMap();
        foreach ((string name, object value) in source.Items)
        {
            copy.Set(name, value);
        }

        return copy;
    }
}
