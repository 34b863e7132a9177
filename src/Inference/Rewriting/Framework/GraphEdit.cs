namespace Inference.Rewriting.Framework;

/// <summary>Edits that keep a graph consistent, inner graphs included.</summary>
internal static class GraphEdit
{
    /// <summary>Makes every use of one value a use of another, in this graph and in the graphs inside it.</summary>
    public static void ReplaceUses(ModelGraph graph, Value old, Value replacement)
    {
        var one = new Dictionary<Value, Value> { [old] = replacement };
        ReplaceUses(graph, one);
    }

    /// <summary>Makes every use of the keys a use of their values; chains are followed.</summary>
    public static void ReplaceUses(ModelGraph graph, IReadOnlyDictionary<Value, Value> replacements)
    {
        if (replacements.Count == 0)
        {
            return;
        }

        foreach (Node node in graph.Nodes)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                node.Inputs[i] = node.Inputs[i] is { } input ? Follow(input) : null;
            }

            foreach (ModelGraph inner in InnerGraphs(node))
            {
                // A graph uses of outer values what it captures, those of the graphs inside it included: others need no visit.
                if (inner.Captures.Exists(replacements.ContainsKey))
                {
                    ReplaceUses(inner, replacements);
                    UpdateCaptures(inner, deep: false);
                }
            }
        }

        for (int i = 0; i < graph.Outputs.Count; i++)
        {
            graph.Outputs[i] = Follow(graph.Outputs[i]);
        }

        Value Follow(Value value)
        {
            while (replacements.TryGetValue(value, out Value? next))
            {
                value = next;
            }

            return value;
        }
    }

    /// <summary>The graphs in a node's attributes.</summary>
    public static ModelGraph[] InnerGraphs(Node node) => node.Attributes.Graphs;

    /// <summary>Every value a node needs: its inputs and what its inner graphs capture.</summary>
    public static IEnumerable<Value> Uses(Node node)
    {
        foreach (Value? input in node.Inputs)
        {
            if (input is not null)
            {
                yield return input;
            }
        }

        foreach (ModelGraph inner in InnerGraphs(node))
        {
            foreach (Value value in inner.Captures)
            {
                yield return value;
            }
        }
    }

    /// <summary>Recomputes what a graph takes from around it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="deep">Whether the graphs inside it come first; false where theirs are up to date.</param>
    public static void UpdateCaptures(ModelGraph graph, bool deep = true)
    {
        var made = new HashSet<Value>(graph.Inputs);
        var captures = new HashSet<Value>();
        graph.Captures.Clear();
        foreach (Node node in graph.Nodes)
        {
            foreach (ModelGraph inner in deep ? InnerGraphs(node) : [])
            {
                UpdateCaptures(inner);
            }

            foreach (Value value in Uses(node))
            {
                Note(value);
            }

            foreach (Value? output in node.Outputs)
            {
                if (output is not null)
                {
                    made.Add(output);
                }
            }
        }

        foreach (Value output in graph.Outputs)
        {
            Note(output);
        }

        void Note(Value value)
        {
            if (value.Constant is null && !made.Contains(value) && captures.Add(value))
            {
                graph.Captures.Add(value);
            }
        }
    }
}
