using System.Globalization;
using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Creates value and node names that the graph does not contain yet. They are short, because in small models names take more bytes than weights.</summary>
internal sealed class NameScope
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal) { "" };
    private readonly Dictionary<string, int> _next = new(StringComparer.Ordinal);

    public NameScope(OnnxGraph graph) => Take(graph);

    public string New(string stem)
    {
        int number = _next.GetValueOrDefault(stem);
        string name;
        do
        {
            name = stem + number.ToString(CultureInfo.InvariantCulture);
            number++;
        }
        while (!_taken.Add(name));

        _next[stem] = number;
        return name;
    }

    private void Take(OnnxGraph graph)
    {
        _taken.UnionWith(graph.Inputs.Select(i => i.Name));
        _taken.UnionWith(graph.Initializers.Select(i => i.Name));
        _taken.UnionWith(graph.Outputs.Select(o => o.Name));
        foreach (OnnxNode node in graph.Nodes)
        {
            _taken.Add(node.Name);
            _taken.UnionWith(node.Inputs);
            _taken.UnionWith(node.Outputs);
            foreach (OnnxGraph body in GraphIndex.Bodies(node))
            {
                Take(body);
            }
        }
    }
}
