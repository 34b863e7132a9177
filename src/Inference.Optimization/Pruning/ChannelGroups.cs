using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Pruning;

/// <summary>Finds the dependency groups of a graph: channels that must be removed together because arithmetic, activations, pooling or depthwise convolutions couple them.</summary>
internal sealed class ChannelGroups
{
    private static readonly HashSet<string> Elementwise = new(StringComparer.Ordinal)
    {
        "Relu", "Clip", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Tanh", "Elu", "Selu", "Softplus", "Softsign", "Gelu", "Mish", "Identity", "Dropout", "Erf",
    };

    private static readonly HashSet<string> Pooling = new(StringComparer.Ordinal) { "GlobalAveragePool", "AveragePool", "MaxPool" };

    private static readonly HashSet<string> Arithmetic = new(StringComparer.Ordinal) { "Add", "Sub", "Mul", "Div", "Pow" };

    private readonly Dictionary<string, int> _spaceOf = new(StringComparer.Ordinal);

    // Values whose channels lie along the last axis, with their rank; the channels of all others lie along axis 1.
    private readonly Dictionary<string, int> _lastOfRank = new(StringComparer.Ordinal);
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

            if (!Follow(node, read, graph))
            {
                foreach (string value in read)
                {
                    Forbid(_spaceOf[value], $"node '{(node.Name.Length > 0 ? node.Name : node.Outputs[0])}' ({node.OpType}) reads them");
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

    /// <summary>Propagates the channels through a node that processes each channel separately; false if it does not.</summary>
    private bool Follow(OnnxNode node, string[] read, GraphIndex graph)
    {
        string first = read[0];
        bool last = _lastOfRank.TryGetValue(first, out int rank);
        if (Elementwise.Contains(node.OpType) || (Pooling.Contains(node.OpType) && !last))
        {
            return node.Inputs[0] == first && Pass(node, first, last ? rank : 0);
        }

        if (node.OpType == "Flatten")
        {
            return !last && IsPooled(first, graph) && Pass(node, first, 2);
        }

        if (node.OpType == "Unsqueeze")
        {
            // New axes before the channels leave the channels at the end.
            return last && Axes(node, graph) is { } axes && Array.TrueForAll(axes, a => a >= 0 ? a < rank + axes.Length - 1 : a < -1) && Pass(node, first, rank + axes.Length);
        }

        if (!Arithmetic.Contains(node.OpType) || node.Inputs.Count != 2)
        {
            return false;
        }

        if (read.Length == 1)
        {
            OnnxTensor? constant = graph.Constant(node.Inputs[0] == first ? node.Inputs[1] : node.Inputs[0]);
            bool one = constant is { ElementCount: 1 } && constant.Dims.Length <= (last ? rank : 1);
            return (one || IsBias(node, first, graph)) && Pass(node, first, last ? rank : 0);
        }

        if (node.OpType == "Pow" || last != _lastOfRank.TryGetValue(read[1], out int other))
        {
            return false;
        }

        _spaceOf[node.Outputs[0]] = Union(_spaceOf[first], _spaceOf[read[1]]);
        if (last)
        {
            _lastOfRank[node.Outputs[0]] = Math.Max(rank, other);
        }

        return true;
    }

    private bool Pass(OnnxNode node, string from, int lastOfRank)
    {
        _spaceOf[node.Outputs[0]] = _spaceOf[from];
        if (lastOfRank > 0)
        {
            _lastOfRank[node.Outputs[0]] = lastOfRank;
        }

        return true;
    }

    // The Add of a constant vector behind a MatMul: its values go with the channels.
    private static bool IsBias(OnnxNode node, string value, GraphIndex graph) =>
        graph.Producer(value) is { } producer && LinearLayer.From(producer, graph)?.BiasAdd(graph) == node && graph.Consumers(node.Inputs[0] == value ? node.Inputs[1] : node.Inputs[0]).Count == 1;

    private static long[]? Axes(OnnxNode node, GraphIndex graph) =>
        node.Inputs.Count < 2 ? node.GetInts("axes") : graph.Constant(node.Inputs[1]) is { } tensor ? Weights.ReadInts(tensor) : null;

    private void WalkLayer(LinearLayer layer, GraphIndex graph, IReadOnlyDictionary<string, long[]> shapes)
    {
        bool usable = graph.Consumers(layer.WeightName).Count == 1 && (layer.BiasName is null || layer.Bias(graph) is not null);
        bool depthwise = layer.IsConv && layer.Groups > 1 && layer.Groups == layer.Outputs && layer.Weight.Dims[1] == 1;
        bool reads = _spaceOf.TryGetValue(layer.Input, out int input);
        if (reads && layer.Groups == 1 && usable && _channels[Root(input)] == InputChannels(layer) && layer.ChannelsLast == _lastOfRank.ContainsKey(layer.Input))
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
            Forbid(input, $"layer '{layer.Name}' has shared or grouped weights");
        }

        if (usable && layer.Groups == 1 && (layer.IsConv || shapes.ContainsKey(layer.Output)))
        {
            int space = _parent.Count;
            _parent.Add(space);
            _channels[space] = layer.Outputs;
            _spaceOf[layer.Output] = space;
            if (!layer.IsConv)
            {
                _lastOfRank[layer.Output] = shapes[layer.Output].Length;
            }

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
