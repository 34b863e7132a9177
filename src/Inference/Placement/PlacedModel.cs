using Inference.Import;
using Inference.Onnx;
using Inference.Rewriting.Framework;
using Inference.Rewriting.Rewrites;

namespace Inference.Placement;

/// <summary>The parts of a model that other providers run.</summary>
internal sealed class PlacedModel(IReadOnlyList<PlacedCall> calls, PlacementReport report) : IDisposable
{
    public PlacementReport Report => report;

    /// <summary>Replaces the parts in the graph of the model that was placed, as imported: one node each.</summary>
    /// <exception cref="UnsupportedModelException">Operators remain that the engine does not support; the message lists all of them.</exception>
    public ImportedModel Apply(ImportedModel imported)
    {
        foreach (PlacedCall call in calls)
        {
            ImportScope scope = imported.Scopes[call.Graph];
            var node = new Node(call.Name, "inference.placement", "Compiled", 1) { Operator = call.Call };
            node.Inputs.AddRange(call.Inputs.Select(scope.Find));
            foreach (string name in call.Outputs)
            {
                Value output = scope.Find(name)!;
                if (output.Producer is { } before)
                {
                    before.Outputs[before.Outputs.IndexOf(output)] = null;
                }

                output.Constant = null;
                output.Producer = node;
                node.Outputs.Add(output);
            }

            scope.Graph.Nodes.Add(node);
        }

        Sort(imported.Graph);
        DeadCodeElimination.Run(imported.Graph);
        return imported.RequireKnown();
    }

    public void Dispose()
    {
        foreach (PlacedCall call in calls)
        {
            call.Call.Dispose();
        }
    }

    private static void Sort(ModelGraph graph)
    {
        var positions = new Dictionary<Node, int>(graph.Nodes.Count);
        foreach (Node node in graph.Nodes)
        {
            positions.Add(node, positions.Count);
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Sort(inner);
                GraphEdit.UpdateCaptures(inner, deep: false);
            }
        }

        Node[] sorted = [.. NodeOrder.Sort(graph.Nodes, n => GraphEdit.Uses(n).Select(v => v.Producer is { } producer ? positions.GetValueOrDefault(producer, -1) : -1))];
        graph.Nodes.Clear();
        graph.Nodes.AddRange(sorted);
    }
}
