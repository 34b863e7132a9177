using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Removes nodes whose outputs are not used.</summary>
internal static class DeadCodeElimination
{
    public static void Run(ModelGraph graph)
    {
        var needed = new HashSet<Value>(graph.Outputs);
        var kept = new List<Node>(graph.Nodes.Count);
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            Node node = graph.Nodes[i];
            if (!node.Outputs.Any(o => o is not null && needed.Contains(o)))
            {
                continue;
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
                GraphEdit.UpdateCaptures(inner, deep: false);
            }

            needed.UnionWith(GraphEdit.Uses(node));
            kept.Add(node);
        }

        kept.Reverse();
        graph.Nodes.Clear();
        graph.Nodes.AddRange(kept);
    }
}
