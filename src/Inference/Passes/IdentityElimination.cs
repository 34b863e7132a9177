using Inference.Graph;

namespace Inference.Passes;

/// <summary>Removes Identity nodes (and Dropout without a mask outside training), except where an output of the graph is an input or constant under another name.</summary>
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

            if (node.Domain.Length != 0 || node.OpType != "Identity" || node.Inputs is not [{ } input] || node.Outputs is not [{ } output])
            {
                return false;
            }

            if (outputs.Contains(output) && (input.Producer is null || !nodes.Contains(input.Producer) || outputs.Contains(input)))
            {
                return false;
            }

            if (input.Type is null)
            {
                input.Type = output.Type;
            }

            replacements[output] = input;
            return true;
        });
        GraphEdit.ReplaceUses(graph, replacements);
    }
}
