using Inference.Operators.Standard;

namespace Inference.Rewriting.Framework;

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

    /// <summary>A node of the same operator with other inputs and attributes, and one output.</summary>
    public static Node Again(Node node, ReadOnlySpan<Value?> inputs, AttributeMap attributes, Value output)
    {
        var again = new Node(node.Name, node.Domain, node.OpType, node.Opset) { Attributes = attributes, SourceIndex = node.SourceIndex };
        again.Inputs.AddRange(inputs);
        output.Producer = again;
        again.Outputs.Add(output);
        SetOperator(again, node.Operator!.Table);
        return again;
    }

    /// <summary>Reads a node's attributes into its operator, anew after they changed.</summary>
    /// <param name="node">The node.</param>
    /// <param name="table">The operators; null: those of the node's operator before, or the engine's.</param>
    public static void SetOperator(Node node, OperatorTable? table = null)
    {
        table ??= node.Operator?.Table ?? StandardOperators.Table;
        if (!table.TryFind(node.Domain, node.OpType, node.Opset, out OperatorEntry? entry))
        {
            throw new InvalidOperationException($"A pass created {node.Describe()} at opset {node.Opset}, which is not in the operator table.");
        }

        node.Operator = entry.Make(node, table);
    }
}
