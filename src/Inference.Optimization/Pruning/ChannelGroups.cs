using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Pruning;

/// <summary>Finds the dependency groups of a graph: which channels must be removed together because Add, activations, pooling or depthwise convolutions tie them.</summary>
internal sealed class ChannelGroups
{
    private static readonly HashSet<string> Elementwise = new(StringComparer.Ordinal)
    {
        "Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Elu", "Selu", "Softplus", "Identity", "Dropout", "GlobalAveragePool", "AveragePool", "MaxPool", "Erf",
    };

    private readonly Dictionary<string, int> _spaceOf = new(StringComparer.Ordinal);
    private readonly List<int> _parent = [];
    private readonly Dictionary<int, string> _obstacles = [];
    private readonly List<(LinearLayer Layer, int Space, string Role)> _roles = [];
    private readonly Dictionary<int, int> _channels = [];

    private ChannelGroups()
    {
    }

    /// <param name="graph">A prepared graph.</param>
    /// <param name="shapes">Shapes of the layers' inputs and outputs.</param>
    public static List<ChannelGroup> Find(GraphIndex graph, IReadOnlyDictionary<string, long[]> shapes)
    {
        var finder = new ChannelGroups();
        finder.Walk(graph, shapes);
        return finder.Collect();
    }

    private void Walk(GraphIndex graph, IReadOnlyDictionary<string, long[]> shapes)
    {
        foreach (OnnxNode node in graph.Graph.Nodes)
        {
            if (LinearLayer.From(node, graph) is { } layer)
            {
                WalkLayer(layer, graph, shapes);
                continue;
            }

            string[] read = [.. node.Inputs.Where(i => _spaceOf.ContainsKey(i))];
            if (read.Length == 0)
            {
                continue;
            }

            if (Elementwise.Contains(node.OpType) || (node.OpType == "Flatten" && IsPooled(node.Inputs[0], graph)))
            {
                _spaceOf[node.Outputs[0]] = _spaceOf[node.Inputs[0]];
            }
            else if (node.OpType is "Add" or "Sub" && read.Length == 2)
            {
                _spaceOf[node.Outputs[0]] = Union(_spaceOf[read[0]], _spaceOf[read[1]]);
            }
            else
            {
                foreach (string value in read)
                {
                    Forbid(_spaceOf[value], $"node '{node.Name}' ({node.OpType}) reads them");
                }
            }
        }

        foreach (OnnxValueInfo output in graph.Graph.Outputs)
        {
            if (_spaceOf.TryGetValue(output.Name, out int space))
            {
                Forbid(space, $"they are the output '{output.Name}'");
            }
        }

        foreach ((string value, int space) in _spaceOf)
        {
            if (graph.IsReadBySubgraph(value))
            {
                Forbid(space, "a subgraph reads them");
            }
        }
    }

    private void WalkLayer(LinearLayer layer, GraphIndex graph, IReadOnlyDictionary<string, long[]> shapes)
    {
        bool usable = graph.Consumers(layer.WeightName).Count == 1 && (layer.BiasName is null || layer.Bias(graph) is not null);
        bool depthwise = layer.IsConv && layer.Groups > 1 && layer.Groups == layer.Outputs && layer.Weight.Dims[1] == 1;
        bool reads = _spaceOf.TryGetValue(layer.Input, out int input);
        if (reads && layer.Groups == 1 && usable && _channels[Root(input)] == InputChannels(layer))
        {
            _roles.Add((layer, input, "reads"));
        }
        else if (reads && depthwise && usable)
        {
            _roles.Add((layer, input, "passes"));
            _spaceOf[layer.Output] = input;
            return;
        }
        else if (reads)
        {
            Forbid(input, $"layer '{layer.Name}' has shared weights or groups of its own");
        }

        // A MatMul over more than rows and channels is a transformer's: its channels mean heads, which Reshape splits.
        if (usable && layer.Groups == 1 && (layer.IsConv || (shapes.TryGetValue(layer.Output, out long[]? shape) && shape.Length == 2)))
        {
            int space = _parent.Count;
            _parent.Add(space);
            _channels[space] = layer.Outputs;
            _spaceOf[layer.Output] = space;
            _roles.Add((layer, space, "makes"));
        }
    }

    private List<ChannelGroup> Collect()
    {
        var groups = new Dictionary<int, ChannelGroup>();
        foreach ((LinearLayer layer, int space, string role) in _roles)
        {
            int root = Root(space);
            if (!groups.TryGetValue(root, out ChannelGroup? group))
            {
                groups[root] = group = new ChannelGroup(_channels[root]) { Obstacle = _obstacles.GetValueOrDefault(root) };
            }

            (role switch { "makes" => group.Producers, "reads" => group.Consumers, _ => group.Depthwise }).Add(layer);
        }

        return [.. groups.Values];
    }

    private static int InputChannels(LinearLayer layer) => layer.IsConv ? (int)layer.Weight.Dims[1] : layer.Reduction;

    // Flatten of one pixel a channel leaves the channels as they are.
    private static bool IsPooled(string value, GraphIndex graph) =>
        graph.Producer(value) is { } node && (node.OpType == "GlobalAveragePool" || (node.OpType is "Relu" or "Clip" && IsPooled(node.Inputs[0], graph)));

    private int Root(int space)
    {
        while (_parent[space] != space)
        {
            space = _parent[space];
        }

        return space;
    }

    private int Union(int a, int b)
    {
        int left = Root(a);
        int right = Root(b);
        if (left != right)
        {
            if (_channels[left] != _channels[right])
            {
                Forbid(left, "an addition broadcasts them");
                Forbid(right, "an addition broadcasts them");
                return left;
            }

            _parent[right] = left;
            if (_obstacles.TryGetValue(right, out string? obstacle))
            {
                Forbid(left, obstacle);
            }
        }

        return left;
    }

    private void Forbid(int space, string reason) => _obstacles.TryAdd(Root(space), reason);
}
