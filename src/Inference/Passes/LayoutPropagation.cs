using Inference.Graph;
using Inference.Operators;
using Inference.Operators.Contract;

namespace Inference.Passes;

/// <summary>
/// Runs convolutions, and what lies between them, on tensors with channels last ([N, spatial.., C]): f32 convolutions with constant weights start such regions,
/// pooling, element-wise operators, concatenation, slices, resizing, channel shuffles and means carry them on, and a Transpose leads out where somebody needs the declared order.
/// </summary>
internal sealed partial class LayoutPropagation
{
    private const int MaxPlanes = 4;

    private readonly ModelGraph _graph;
    private readonly HashSet<Value> _outputs;
    private readonly List<Node> _nodes = [];

    /// <summary>For a value in declared order its form with channels last.</summary>
    private readonly Dictionary<Value, Value> _last = [];

    /// <summary>Values whose declared order exists: made by a node already placed.</summary>
    private readonly HashSet<Value> _declared = [];
    private readonly Dictionary<Value, Value> _replaced = [];

    private readonly UseMap _uses;

    private LayoutPropagation(ModelGraph graph)
    {
        _graph = graph;
        _uses = new(graph);
        _outputs = [.. graph.Outputs];
    }

    public static void Run(ModelGraph graph)
    {
        foreach (Node node in graph.Nodes)
        {
            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Run(inner);
                GraphEdit.UpdateCaptures(inner, deep: false);
            }
        }

        if (graph.Nodes.Exists(n => IsConvolution(n) || IsIntegerConvolution(n)))
        {
            new LayoutPropagation(graph).Run();
        }
    }

    private void Run()
    {
        foreach (Node node in _graph.Nodes)
        {
            if (!TryConvert(node))
            {
                foreach (Value use in GraphEdit.Uses(node).ToArray())
                {
                    ToDeclared(use);
                }

                _nodes.Add(node);
                _declared.UnionWith(node.Outputs.OfType<Value>());
            }
        }

        foreach (Value output in _graph.Outputs)
        {
            ToDeclared(output);
        }

        _graph.Nodes.Clear();
        _graph.Nodes.AddRange(_nodes);
        GraphEdit.ReplaceUses(_graph, _replaced);
    }

    /// <summary>Whether a node is a convolution that this pass takes: f32, over one or two axes, of constant weights.</summary>
    internal static bool IsConvolution(Node node) =>
        node is { OpType: "Conv", Domain.Length: 0, Inputs: [{ } x, { Constant: { Type: ElementType.Float, Rank: 3 or 4, Count: > 0 } }, ..], Outputs: [{ }] }
        && Match.IsSingle(x) && (!node.HasInput(2) || Match.IsSingle(node.Inputs[2]!));

    // The first convolution of a model reads an image of few planes: it brings their rows together itself, which a Transpose would do with another
    // passage through memory.
    private bool ReadsPlanes(Node node) => !_last.ContainsKey(node.Inputs[0]!) && node.Attributes.Int("group", 1) == 1
        && node.Inputs[1]!.Constant!.Dims is [_, <= MaxPlanes, .. var kernel] && TensorShape.Count(kernel) > 1;

    // All but X and B constant: QLinearConv's inputs are (X, scale, zero, W, scale, zero, scale_Y, zero_Y, B).
    private static bool IsIntegerConvolution(Node node)
    {
        return node is { OpType: "QLinearConv", Domain.Length: 0, Inputs: [{ }, _, _, { Constant: { Rank: 3 or 4, Count: > 0 } w }, ..], Outputs: [{ }] }
            && HasForm(1, 1) && HasForm(4, w.Dims[0]) && HasForm(6, 1) && (!node.HasInput(8) || node.Inputs[8]!.Constant is not null);

        bool HasForm(int scale, long channels) => node.HasInput(scale) && node.HasInput(scale + 1) && node.Inputs[scale]!.Constant is { Type: ElementType.Float } numbers
            && node.Inputs[scale + 1]!.Constant is { } zeros && (numbers.Count == 1 || numbers.Count == channels) && (zeros.Count == 1 || zeros.Count == channels);
    }

    private bool TryConvert(Node node)
    {
        if (_skipped.Contains(node) || ConvertSplit(node))
        {
            return true;
        }

        if (node.Outputs is not [{ } output])
        {
            return false;
        }

        if (_halves.TryGetValue(node, out (Value Source, long First) half))
        {
            EmitHalf(node, output, half.Source, half.First);
            return true;
        }

        if (node.Domain == Domains.Fused && node.OpType is "QLookup" or "QBinary")
        {
            return ConvertBytes(node, output);
        }

        if (node.Domain.Length != 0)
        {
            return false;
        }

        if (IsConvolution(node))
        {
            int rank = node.Inputs[1]!.Constant!.Rank;
            bool planar = ReadsPlanes(node);
            Value?[] inputs = [planar ? node.Inputs[0] : ToLast(node.Inputs[0]!, rank), node.Inputs[1], Optional(node, 2), node.HasInput(3) ? ToLast(node.Inputs[3]!, rank) : null];
            AttributeMap attributes = node.Attributes;
            if (planar)
            {
                attributes = NodeFactory.Copy(attributes);
                attributes.Set("planar", 1L);
            }

            Emit(node, Domains.Fused, "NhwcConv", 1, inputs, attributes, output, rank);
            return true;
        }

        if (IsIntegerConvolution(node))
        {
            int rank = node.Inputs[3]!.Constant!.Rank;
            Emit(node, Domains.Fused, "NhwcQConv", 1, [ToLast(node.Inputs[0]!, rank), .. node.Inputs.Skip(1)], node.Attributes, output, rank);
            return true;
        }

        if (!node.HasInput(0) || !node.Inputs.Exists(i => i is not null && _last.ContainsKey(i)))
        {
            return false;
        }

        int knownRank = output.Type?.Shape?.Count ?? 0;
        return node.OpType switch
        {
            "MaxPool" or "AveragePool" or "GlobalMaxPool" or "GlobalAveragePool" => ConvertPool(node, output),
            "QuantizeLinear" or "DequantizeLinear" => ConvertScaling(node, output),
            "Concat" => ConvertConcat(node, output),
            "Transpose" => ConvertTranspose(node, output),
            "ReduceMean" => ConvertMean(node, output),
            "Softmax" or "LogSoftmax" => ConvertSoftmax(node, output),
            "Slice" => ConvertSlice(node, output),
            "Resize" => ConvertResize(node, output),
            "Pad" => ConvertPad(node, output),
            "Reshape" => ConvertShuffle(node),
            "Relu" or "Sigmoid" or "Tanh" or "LeakyRelu" or "HardSwish" or "HardSigmoid" or "Elu" or "Selu" or "Erf" or "Exp" or "Sqrt" or "Neg" or "Abs" or "Clip"
                or "Softplus" or "Gelu" or "Swish" or "Mish" or "Floor" or "Ceil" or "Round" or "Reciprocal" or "Log" => ConvertElementwise(node, output, knownRank, unary: true),
            "Add" or "Sub" or "Mul" or "Div" or "Max" or "Min" or "PRelu" or "Pow" => ConvertElementwise(node, output, knownRank, unary: false),
            _ => false,
        };
    }

    private bool ConvertBytes(Node node, Value output)
    {
        int second = node.OpType == "QBinary" ? 3 : 0;
        if (!_last.TryGetValue(node.Inputs[0]!, out Value? a) || !_last.TryGetValue(node.Inputs[second]!, out Value? b))
        {
            return false;
        }

        if (node.OpType == "QLookup" && a.Producer is { OpType: "NhwcQConv", Inputs.Count: <= 9 } conv && _uses.OnlyUser(node.Inputs[0]!) == node)
        {
            // The convolution looks its results up itself.
            while (conv.Inputs.Count < 9)
            {
                conv.Inputs.Add(null);
            }

            conv.Inputs.Add(node.Inputs[1]);
            a.Type = a.Type! with { ElementType = node.Inputs[1]!.Constant!.Type };
            _last[output] = a;
            return true;
        }

        Value?[] inputs = [.. node.Inputs];
        inputs[0] = a;
        inputs[second] = b;
        Emit(node, node.Domain, node.OpType, 1, inputs, node.Attributes, output, a.Type!.Shape!.Count);
        return true;
    }

    // Dequantizing and quantizing with one scale do not look at positions.
    private bool ConvertScaling(Node node, Value output)
    {
        if (!_last.TryGetValue(node.Inputs[0]!, out Value? x) || node.Inputs[1]?.Constant is not { Count: 1 } || x.Type?.Shape is not { } shape)
        {
            return false;
        }

        Emit(node, "", node.OpType, node.Opset, [x, .. node.Inputs.Skip(1)], node.Attributes, output, shape.Count);
        return true;
    }

    private bool ConvertPool(Node node, Value output)
    {
        int rank = node.Inputs[0]!.Type?.Shape?.Count ?? 0;
        if (rank is not (3 or 4) || node.Inputs[0]!.Type!.ElementType != ElementType.Float || !_last.TryGetValue(node.Inputs[0]!, out Value? x))
        {
            return false;
        }

        AttributeMap attributes = NodeFactory.Copy(node.Attributes);
        attributes.Set("kind", node.OpType);
        Emit(node, Domains.Fused, "NhwcPool", 1, [x], attributes, output, rank);
        return true;
    }

    private bool ConvertConcat(Node node, Value output)
    {
        int rank = node.Inputs[0]!.Type?.Shape?.Count ?? 0;
        long axis = node.Attributes.Int("axis", 1);
        if (rank is not (3 or 4) || (axis < 0 ? axis + rank : axis) != 1 || !node.Inputs.TrueForAll(i => i is not null && _last.ContainsKey(i)))
        {
            return false;
        }

        AttributeMap attributes = NodeFactory.Copy(node.Attributes);
        attributes.Set("axis", (long)rank - 1);
        Emit(node, "", "Concat", node.Opset, [.. node.Inputs.Select(i => _last[i!])], attributes, output, rank);
        return true;
    }

    // A Transpose to channels last is what the region holds already.
    private bool ConvertTranspose(Node node, Value output)
    {
        if (_last.TryGetValue(node.Inputs[0]!, out Value? x) && node.Attributes.Ints("perm") is { } perm && perm.AsSpan().SequenceEqual(Permutation(perm.Length, toLast: true))
            && !_outputs.Contains(output) && x.Type?.Shape?.Count == perm.Length)
        {
            _replaced[output] = x;
            return true;
        }

        return false;
    }

    private bool ConvertMean(Node node, Value output)
    {
        int rank = node.Inputs[0]!.Type?.Shape?.Count ?? 0;
        if (rank != 4 || !Match.IsSingle(node.Inputs[0]!) || node.Attributes.Int("keepdims", 1) == 0 || Match.ReducedAxes(node) is not { Length: 2 } axes
            || !_last.TryGetValue(node.Inputs[0]!, out Value? x))
        {
            return false;
        }

        long[] sorted = [.. axes.Select(a => a < 0 ? a + rank : a).Order()];
        if (sorted is not [2, 3])
        {
            return false;
        }

        var attributes = new AttributeMap();
        attributes.Set("kind", "GlobalMean");
        Emit(node, Domains.Fused, "NhwcPool", 1, [x], attributes, output, rank);
        return true;
    }

    private bool ConvertElementwise(Node node, Value output, int rank, bool unary)
    {
        if (rank is not (3 or 4) || !Match.Is(node, node.OpType))
        {
            return false;
        }

        var inputs = new Value?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            Value? input = node.Inputs[i];
            if (input is null || (unary && i > 0))
            {
                inputs[i] = input;
                continue;
            }

            if (_last.TryGetValue(input, out Value? last))
            {
                // Broadcasting aligns from the right, so both orders agree only between equal ranks.
                if (last.Type?.Shape?.Count != rank)
                {
                    return false;
                }

                inputs[i] = last;
            }
            else if (input.Constant is { } constant && Broadcastable(constant, rank) is { } moved)
            {
                inputs[i] = moved == constant ? input : NodeFactory.Constant($"{input.Name}:last", moved);
            }
            else
            {
                return false;
            }
        }

        Emit(node, "", node.OpType, node.Opset, inputs, node.Attributes, output, rank);
        return true;
    }

    // A scalar as it is; per-channel constants [C,1..] or [1,C,1..] as [C].
    private static Tensor? Broadcastable(Tensor constant, int rank)
    {
        if (constant.Count == 1 && constant.Rank <= rank)
        {
            return constant;
        }

        int channelAxis = constant.Rank - (rank - 1);
        if (channelAxis is not (0 or 1) || constant.Type == ElementType.String)
        {
            return null;
        }

        long channels = constant.Dims[channelAxis];
        if (channels != constant.Count || channels == 0)
        {
            return null;
        }

        var vector = new Tensor();
        vector.SetView(constant, constant.Type, [channels]);
        return vector;
    }

    private void Emit(Node source, string domain, string opType, long opset, ReadOnlySpan<Value?> inputs, AttributeMap attributes, Value output, int rank)
    {
        var last = new Value($"{output.Name}:last") { Type = Permute(output.Type, rank) };
        var node = new Node(source.Name, domain, opType, opset) { Attributes = attributes, SourceIndex = source.SourceIndex };
        node.Inputs.AddRange(inputs);
        while (node.Inputs.Count > 0 && node.Inputs[^1] is null)
        {
            node.Inputs.RemoveAt(node.Inputs.Count - 1);
        }

        last.Producer = node;
        node.Outputs.Add(last);
        NodeFactory.SetOperator(node);
        _nodes.Add(node);
        _last[output] = last;
    }

    private Value ToLast(Value value, int rank)
    {
        if (_last.TryGetValue(value, out Value? last))
        {
            return last;
        }

        last = new Value($"{value.Name}:last") { Type = Permute(value.Type, rank) };
        _nodes.Add(Transpose(value, last, rank, toLast: true));
        _last[value] = last;
        _declared.Add(value);
        return last;
    }

    private void ToDeclared(Value value)
    {
        if (_last.TryGetValue(value, out Value? last) && _declared.Add(value))
        {
            _nodes.Add(Transpose(last, value, last.Type?.Shape?.Count ?? 4, toLast: false));
        }
    }

    private static Node Transpose(Value from, Value to, int rank, bool toLast)
    {
        var attributes = new AttributeMap();
        attributes.Set("perm", Permutation(rank, toLast));
        return NodeFactory.Make("", "Transpose", 13, to.Name, [from], attributes, to);
    }

    private static long[] Permutation(int rank, bool toLast) => (rank, toLast) switch
    {
        (3, _) => [0, 2, 1],
        (_, true) => [0, 2, 3, 1],
        _ => [0, 3, 1, 2],
    };

    private static ModelValueType Permute(ModelValueType? type, int rank)
    {
        if (type?.Shape is not { } shape || shape.Count != rank)
        {
            var unknown = new Dimension[rank];
            return ModelValueType.Tensor(ElementType.Float, unknown);
        }

        long[] permutation = Permutation(rank, toLast: true);
        return type with { Shape = [.. permutation.Select(p => shape[(int)p])] };
    }

    private static Value? Optional(Node node, int index) => node.HasInput(index) ? node.Inputs[index] : null;
}
