using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Keeps one of several deterministic nodes with equal operator, attributes and inputs.</summary>
internal static class CommonSubexpressions
{
    public static void Run(ModelGraph graph)
    {
        var replacements = new Dictionary<Value, Value>();
        var seen = new HashSet<Node>(graph.Nodes.Count, new NodeContentComparer(replacements));
        var outputs = new HashSet<Value>(graph.Outputs);
        graph.Nodes.RemoveAll(node =>
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (!node.Operator!.IsDeterministic || !NodeContentComparer.Compares(node) || node.Outputs.Exists(o => o is not null && outputs.Contains(o)) || seen.Add(node))
            {
                return false;
            }

            _ = seen.TryGetValue(node, out Node? first);
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                if (node.Outputs[i] is { } output)
                {
                    replacements[output] = first!.Outputs[i]!;
                }
            }

            return true;
        });
        GraphEdit.ReplaceUses(graph, replacements);
    }
}
