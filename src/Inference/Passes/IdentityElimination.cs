using Inference.Graph;

namespace Inference.Passes;

/// <summary>Removes nodes that hand their input on, Identity and Pad by nothing, except where an output of the graph is an input or constant under another name.</summary>
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

            if (node.Inputs is not [{ } input, ..] || !IsIdentity(node) || node.Outputs is not [{ } output])
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

    private static bool IsIdentity(Node node) => node.Domain.Length == 0 && node.OpType switch
    {
        "Identity" => node.Inputs.Count == 1,
        "Pad" => Pads(node) is { } pads && Array.TrueForAll(pads, p => p == 0) && (node.HasInput(3) || pads.Length == 2 * node.Inputs[0]!.Type?.Shape?.Count),
        _ => false,
    };

    private static long[]? Pads(Node node) =>
        node.Opset < 11 ? node.Attributes.Ints(node.Opset < 2 ? "paddings" : "pads")
        : node.HasInput(1) && node.Inputs[1]!.Constant is { Type: ElementType.Int64 } pads ? pads.ToInt64Array() : null;
}
