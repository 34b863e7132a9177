using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>Removes nodes that hand their input on as it is, except where an output of the graph is an input or constant under another name.</summary>
internal static class IdentityElimination
{
    public static void Run(ModelGraph graph)
    {
        var replacements = new Dictionary<Value, Value>();
        var outputs = new HashSet<Value>(graph.Outputs);
        var nodes = new HashSet<Node>(graph.Nodes);
        graph.Nodes.RemoveAll(node =>
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
            }

            if (node.Inputs is not [{ } input, ..] || node.Operator!.Traits.HandsOn is not { } handsOn || !handsOn(node) || node.Outputs is not [{ } output])
            {
                return false;
            }

            if (outputs.Contains(output) && (input.Producer is null || !nodes.Contains(input.Producer) || outputs.Contains(input)))
            {
                return false;
            }

            replacements[output] = input;
            return true;
        });
        GraphEdit.ReplaceUses(graph, replacements);
    }
}
