namespace Inference.Rewriting.Framework;

/// <summary>Checks the rules every graph keeps between passes: values made once and before use, operators set, captures complete.</summary>
internal static class GraphVerifier
{
    /// <exception cref="InferenceException">A rule is broken; <paramref name="after"/> names the pass that broke it.</exception>
    public static void Verify(ModelGraph graph, string after) => Verify(graph, new HashSet<Value>(), after);

    private static void Verify(ModelGraph graph, HashSet<Value> outer, string after)
    {
        var made = new HashSet<Value>(outer);
        made.UnionWith(graph.Inputs);
        foreach (Node node in graph.Nodes)
        {
            if (node.Operator is null)
            {
                throw new InferenceException($"After {after}, graph '{graph.Name}': {node.Describe()} has no operator.");
            }

            foreach (Value use in GraphEdit.Uses(node))
            {
                Require(use, node.Describe());
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Verify(inner, made, after);
            }

            foreach (Value? output in node.Outputs)
            {
                if (output is not null && (!made.Add(output) || output.Producer != node))
                {
                    throw new InferenceException($"After {after}, graph '{graph.Name}': '{output.Name}' of {node.Describe()} is produced twice or names another producer.");
                }
            }
        }

        foreach (Value output in graph.Outputs)
        {
            Require(output, "the graph's output");
        }

        void Require(Value value, string user)
        {
            if (value.Constant is null && !made.Contains(value))
            {
                throw new InferenceException($"After {after}, graph '{graph.Name}': {user} uses '{value.Name}', which no earlier node produces.");
            }
        }
    }
}
