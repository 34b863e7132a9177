using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Indexes the producers, consumers and constants of a graph. A snapshot: rebuild it after editing.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, OnnxNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OnnxNode>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OnnxTensor> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _outputs;
    private readonly HashSet<string> _subgraphReads = new(StringComparer.Ordinal);

    public GraphIndex(OnnxGraph graph)
    {
        Graph = graph;
        _outputs = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        foreach (OnnxTensor tensor in graph.Initializers)
        {
            _constants[tensor.Name] = tensor;
        }

        foreach (OnnxNode node in graph.Nodes)
        {
            foreach (string output in node.Outputs.Where(o => o.Length > 0))
            {
                _producers[output] = node;
            }

            foreach (string input in node.Inputs.Where(i => i.Length > 0))
            {
                Read(input, node);
            }

            foreach (OnnxGraph body in Bodies(node))
            {
                foreach (string name in OuterReads(body))
                {
                    _subgraphReads.Add(name);
                    Read(name, node);
                }
            }
        }
    }

    public OnnxGraph Graph { get; }

    public OnnxNode? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that read a value, once per read; includes nodes whose subgraphs read it.</summary>
    public IReadOnlyList<OnnxNode> Consumers(string value) => _consumers.TryGetValue(value, out List<OnnxNode>? list) ? list : [];

    public OnnxTensor? Constant(string value) => _constants.GetValueOrDefault(value);

    public bool IsConstant(string value) => _constants.ContainsKey(value);

    public bool IsGraphOutput(string value) => _outputs.Contains(value);

    /// <summary>Whether a subgraph reads the value, which must then keep its name and type.</summary>
    public bool IsReadBySubgraph(string value) => _subgraphReads.Contains(value);

    /// <summary>The only consumer of a value; null if there are several, or the value is an output.</summary>
    public OnnxNode? OnlyConsumer(string value) =>
        Consumers(value) is [var only] && !IsGraphOutput(value) && !IsReadBySubgraph(value) ? only : null;

    public static IEnumerable<OnnxGraph> Bodies(OnnxNode node)
    {
        foreach (OnnxAttribute attribute in node.Attributes)
        {
            if (attribute is { Kind: OnnxAttributeKind.Graph, Graph: { } single })
            {
                yield return single;
            }
            else if (attribute.Kind == OnnxAttributeKind.Graphs)
            {
                foreach (OnnxGraph graph in attribute.Graphs)
                {
                    yield return graph;
                }
            }
        }
    }

    private static HashSet<string> OuterReads(OnnxGraph body)
    {
        var own = new HashSet<string>(StringComparer.Ordinal);
        own.UnionWith(body.Inputs.Select(i => i.Name));
        own.UnionWith(body.Initializers.Select(i => i.Name));
        own.UnionWith(body.Nodes.SelectMany(n => n.Outputs));
        var reads = new HashSet<string>(StringComparer.Ordinal);
        foreach (OnnxNode node in body.Nodes)
        {
            reads.UnionWith(node.Inputs);
            foreach (OnnxGraph inner in Bodies(node))
            {
                reads.UnionWith(OuterReads(inner));
            }
        }

        reads.UnionWith(body.Outputs.Select(o => o.Name));
        reads.ExceptWith(own);
        reads.Remove("");
        return reads;
    }

    private void Read(string value, OnnxNode node)
    {
        if (!_consumers.TryGetValue(value, out List<OnnxNode>? list))
        {
            _consumers[value] = list = [];
        }

        list.Add(node);
    }
}
