using Inference.Kernels;
using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Rewrites;

/// <summary>
/// Runs convolutions, and what lies between them, on tensors with channels last ([N, spatial.., C]): f32 convolutions with constant weights start such regions, operators that state how
/// they are computed there (<see cref="LayoutRule"/>) and channel shuffles carry them on, and a Transpose restores the declared order where it is needed.
/// </summary>
[Pattern("Conv", "FusedConv", "Gather", "NhwcConv", "NhwcQConv", "QLinearConv", "QLookup", "Reshape", "Slice", "Transpose")]
internal sealed partial class LayoutPropagation
{
    // Images have up to four channels.
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
    private readonly LayoutRegion _region;

    private LayoutPropagation(ModelGraph graph)
    {
        _graph = graph;
        _uses = new(graph);
        _region = new(_last);
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
        node is { OpType: "Conv", Domain.Length: 0 } or { OpType: "FusedConv", Domain: Domains.Microsoft } && node is { Inputs: [{ } x, { Constant: { Type: ElementType.Float32, Rank: 3 or 4, Count: > 0 } }, ..], Outputs: [{ }] }
        && Match.IsSingle(x) && (!node.HasInput(2) || Match.IsSingle(node.Inputs[2]!));

    // The first convolution of a model reads an image of few planes: it brings their rows together itself, which a Transpose would do with another
    // passage through memory.
    private bool ReadsPlanes(Node node) => !_last.ContainsKey(node.Inputs[0]!) && node.Attributes.Int("group", 1) == 1
        && node.Inputs[1]!.Constant!.Dims is [_, <= MaxPlanes, .. var kernel] && TensorShape.Count(kernel) > 1;

    // A filter for each channel is little work beside two transposes: alone between tensors in declared order it keeps that order. Larger steps gain more from channels last, as do rows of
    // less than a vector.
    private bool StaysPlanar(Node node)
    {
        return node.Inputs[1]!.Constant!.Dims is [var filters, 1, >= 3 and var height, >= 3] && filters > 1 && filters == node.Attributes.Int("group", 1) && AreAtMost("strides", height == 3 ? 2 : 1) && AreAtMost("dilations", 1)
            && node.Inputs[0]!.Type?.Shape?[^1].Size >= (node.Attributes.Ints("strides")?[^1] ?? 1) * TileLimits.Lanes && !_last.ContainsKey(node.Inputs[0]!) && _outputs.Contains(node.Outputs[0]!)
            && _uses.Users(node.Outputs[0]!).Count == 0;

        bool AreAtMost(string name, long most) => node.Attributes.Ints(name) is not { } values || Array.TrueForAll(values, v => v <= most);
    }

    // All but X and B constant: QLinearConv's inputs are (X, scale, zero, W, scale, zero, scale_Y, zero_Y, B).
    private static bool IsIntegerConvolution(Node node)
    {
        return node is { OpType: "QLinearConv", Domain.Length: 0, Inputs: [{ }, _, _, { Constant: { Rank: 3 or 4, Count: > 0 } w }, ..], Outputs: [{ }] }
            && HasForm(1, 1) && HasForm(4, w.Dims[0]) && HasForm(6, 1) && (!node.HasInput(8) || node.Inputs[8]!.Constant is not null);

        bool HasForm(int scale, long channels) => node.HasInput(scale) && node.HasInput(scale + 1) && node.Inputs[scale]!.Constant is { Type: ElementType.Float32 } numbers
            && node.Inputs[scale + 1]!.Constant is { } zeros && (numbers.Count == 1 || numbers.Count == channels) && (zeros.Count == 1 || zeros.Count == channels);
    }

    private bool TryConvert(Node node)
    {
        if (_skipped.Contains(node))
        {
            return true;
        }

        if (node.Outputs is not [{ } output])
        {
            return Move(node);
        }

        if (_halves.TryGetValue(node, out (Value Source, long First) half))
        {
            EmitHalf(node, output, half.Source, half.First);
            return true;
        }

        if (IsConvolution(node) && !StaysPlanar(node))
        {
            int rank = node.Inputs[1]!.Constant!.Rank;
            bool planar = ReadsPlanes(node);
            Value?[] inputs = [planar ? node.Inputs[0] : ToLast(node.Inputs[0]!, rank), node.Inputs[1], Optional(node, 2), node.HasInput(3) ? ToLast(node.Inputs[3]!, rank) : null];
            AttributeMap attributes = node.Attributes;
            if (planar)
            {
                attributes = attributes.Copy();
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

        return node switch
        {
            { OpType: "QLookup", Domain: Domains.Fused } => LookUp(node, output) || Move(node),
            { OpType: "Transpose", Domain.Length: 0 } => ConvertTranspose(node, output),
            { OpType: "Reshape", Domain.Length: 0 } => ConvertShuffle(node),
            _ => Move(node),
        };
    }

    // By the rule that the operator states.
    private bool Move(Node node)
    {
        if (node.Operator!.Traits.Layout is not { } rule || node.Outputs.Contains(null) || !node.Inputs.Exists(i => i is not null && _last.ContainsKey(i)) || rule.Move(node, _region) is not { } moved)
        {
            return false;
        }

        if (moved.IsDeclared)
        {
            var declared = new Node(node.Name, node.Domain, node.OpType, node.Opset) { Attributes = moved.Attributes, SourceIndex = node.SourceIndex };
            declared.Inputs.AddRange(moved.Inputs);
            declared.Outputs.AddRange(node.Outputs);
            node.Outputs.ForEach(o => o!.Producer = declared);
            NodeFactory.SetOperator(declared, node.Operator!.Table);
            _nodes.Add(declared);
            _declared.UnionWith(node.Outputs.OfType<Value>());
            return true;
        }

        Emit(node, moved.FusedType is null ? node.Domain : Domains.Fused, moved.FusedType ?? node.OpType, moved.FusedType is null ? node.Opset : 1, moved.Inputs, moved.Attributes, node.Outputs, moved.Rank);
        return true;
    }

    // The convolution looks its results up itself.
    private bool LookUp(Node node, Value output)
    {
        if (!_last.TryGetValue(node.Inputs[0]!, out Value? x) || x.Producer is not { OpType: "NhwcQConv", Inputs.Count: <= 9 } conv || _uses.OnlyUser(node.Inputs[0]!) != node)
        {
            return false;
        }

        while (conv.Inputs.Count < 9)
        {
            conv.Inputs.Add(null);
        }

        conv.Inputs.Add(node.Inputs[1]);
        x.Type = x.Type! with { ElementType = node.Inputs[1]!.Constant!.Type };
        _last[output] = x;
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

    private void Emit(Node source, string domain, string opType, long opset, ReadOnlySpan<Value?> inputs, AttributeMap attributes, Value output, int rank) =>
        Emit(source, domain, opType, opset, inputs, attributes, [output], rank);

    private void Emit(Node source, string domain, string opType, long opset, ReadOnlySpan<Value?> inputs, AttributeMap attributes, List<Value?> outputs, int rank)
    {
        var node = new Node(source.Name, domain, opType, opset) { Attributes = attributes, SourceIndex = source.SourceIndex };
        node.Inputs.AddRange(inputs);
        while (node.Inputs.Count > 0 && node.Inputs[^1] is null)
        {
            node.Inputs.RemoveAt(node.Inputs.Count - 1);
        }

        foreach (Value? output in outputs)
        {
            var last = new Value($"{output!.Name}:last") { Type = Permute(output.Type, rank), Producer = node };
            node.Outputs.Add(last);
            _last[output] = last;
        }

        NodeFactory.SetOperator(node, source.Operator?.Table);
        _nodes.Add(node);
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
            return ModelValueType.Tensor(ElementType.Float32, unknown);
        }

        long[] permutation = Permutation(rank, toLast: true);
        return type with { Shape = [.. permutation.Select(p => shape[(int)p])] };
    }

    private static Value? Optional(Node node, int index) => node.HasInput(index) ? node.Inputs[index] : null;
}
