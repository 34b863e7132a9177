namespace Inference.Rewriting.Framework;

/// <summary>Copies graphs, so that one can be edited and the other kept. Contents of constants are shared.</summary>
internal static class GraphCopy
{
    /// <summary>A graph of its own nodes and values, inner graphs included.</summary>
    public static ModelGraph Of(ModelGraph graph) => Of(graph, []);

    private static ModelGraph Of(ModelGraph graph, Dictionary<Value, Value> values)
    {
        var copy = new ModelGraph(graph.Name);
        copy.Inputs.AddRange(graph.Inputs.Select(v => Of(v, values)));
        foreach (Node node in graph.Nodes)
        {
            var again = new Node(node.Name, node.Domain, node.OpType, node.Opset) { Attributes = node.Attributes.Copy(g => Of(g, values)), SourceIndex = node.SourceIndex, Operator = node.Operator };
            again.Inputs.AddRange(node.Inputs.Select(v => v is null ? null : Of(v, values)));
            foreach (Value? output in node.Outputs)
            {
                Value? made = output is null ? null : Of(output, values);
                made?.Producer = again;
                again.Outputs.Add(made);
            }

            // An operator of inner graphs holds them.
            if (again.Attributes.Graphs.Length > 0)
            {
                NodeFactory.SetOperator(again);
            }

            copy.Nodes.Add(again);
        }

        copy.Outputs.AddRange(graph.Outputs.Select(v => Of(v, values)));
        copy.Captures.AddRange(graph.Captures.Select(v => Of(v, values)));
        return copy;
    }

    private static Value Of(Value value, Dictionary<Value, Value> values)
    {
        if (!values.TryGetValue(value, out Value? copy))
        {
            values.Add(value, copy = new(value.Name) { Type = value.Type, Declared = value.Declared, Constant = value.Constant, ShapeData = value.ShapeData });
        }

        return copy;
    }
}
