using Inference.Onnx;

namespace Inference.Tests.Passes.Equivalence;

/// <summary>What is written out in single operators and becomes one.</summary>
internal sealed partial class RandomModel
{
    private Item? Step(Item x) => _random.Next(18) switch
    {
        0 => Gelu(x),
        1 => HardSwish(x),
        2 => Norm(x),
        3 => Attention(x),
        4 or 5 => Dense(x),
        6 => x.Rank is 3 or 4 ? Convolution(x) : Dense(x),
        7 or 8 => x.Rank is 3 or 4 ? Image(x) : Activation(x),
        9 => Quantized(x),
        10 => IntegerDense(x),
        11 => Reshaped(x),
        12 => Twice(x),
        13 => Residual(x),
        14 => x.Rank is 3 or 4 ? Convolution(x) : Norm(x),
        15 => Filtered(x),
        16 => Half(x),
        _ => Activation(x),
    };

    // The same rows, of which nothing tells before the run that they are all kept.
    private Item? Filtered(Item x)
    {
        if (x.Rank < 2)
        {
            return null;
        }

        OnnxAttribute drop = OnnxAttribute.FromInt("keepdims", 0);
        long[] axes = [.. Enumerable.Range(1, x.Rank - 1).Select(i => (long)i)];
        string largest = _opset < 18 ? Node("ReduceMax", [x.Name], OnnxAttribute.FromInts("axes", axes), drop) : Node("ReduceMax", [x.Name, Integers(axes)], drop);
        return new(Node("Compress", [x.Name, Node("Greater", [largest, Floats([-1e30f])])], OnnxAttribute.FromInt("axis", 0)), x.Dims);
    }

    // A part in float16, of constant weights.
    private Item? Half(Item x)
    {
        if (x.Rank == 0)
        {
            return null;
        }

        long n = Pick(1L, 4L, 8L);
        string half = Node("Cast", [x.Name], OnnxAttribute.FromInt("to", 10));
        string y = Node("MatMul", [half, Halves(x.Dims[^1], n)]);
        y = Chance(0.5) ? Swapped("Add", y, Chance(0.8) ? Halves(n) : Halves(1, 1, n)) : y;
        y = Chance(0.5) ? Node("Relu", [y]) : y;
        _scale = Math.Max(_scale, 0.02f);
        return new(Node("Cast", [y], OnnxAttribute.FromInt("to", 1)), [.. x.Dims[..^1], n]);
    }

    private string Halves(params ReadOnlySpan<long> dims)
    {
        string name = Name();
        _model.Graph.Initializers.Add(OnnxTensor.Create<System.Half>(name, Array.ConvertAll(Numbers(dims, 0.5f), v => (System.Half)v), dims));
        return name;
    }

    // Before opset 7: broadcasting is asked for, and may start from an axis.
    private Item? Legacy(Item x)
    {
        if (x.Rank < 2)
        {
            return null;
        }

        long n = x.Dims[^1];
        string y = Chance(0.7) ? Node("MatMul", [x.Name, Weights(0.5f, n, n)]) : x.Name;
        for (int i = _random.Next(3); i >= 0; i--)
        {
            int axis = _random.Next(x.Rank);
            OnnxAttribute broadcast = OnnxAttribute.FromInt("broadcast", 1);
            y = _random.Next(4) switch
            {
                0 => Node("Add", [y, Weights(1f, x.Dims[axis])], broadcast, OnnxAttribute.FromInt("axis", axis)),
                1 => Node("Add", [y, Weights(1f, n)], broadcast),
                2 => Node("Mul", [y, Floats([0.5f])], broadcast),
                _ => Node("Relu", [y]),
            };
        }

        return new(y, x.Dims);
    }

    // The rank that constants of one element bring is not followed here: steps after it may be refused, rewritten or not.
    private static Item Settled(string name, Item like) => new(name, like.Dims);

    private Item? Gelu(Item x)
    {
        string inner = Chance(0.5) ? Node("Div", [x.Name, One(1.41421356f)]) : Swapped("Mul", x.Name, One(0.70710678f));
        string sum = Swapped("Add", Node("Erf", [inner]), One(1f));
        string half = One(0.5f);
        string other = Chance(0.15) ? half : Chance(0.1) ? sum : Chance(0.1) ? _items[_random.Next(_items.Count)].Name : x.Name;
        string y = _random.Next(4) switch
        {
            0 => Swapped("Mul", Swapped("Mul", other, sum), half),
            1 => Swapped("Mul", Swapped("Mul", other, half), sum),
            2 => Swapped("Mul", other, Swapped("Mul", sum, half)),
            _ => Swapped("Mul", Swapped("Mul", half, half), sum),
        };
        return Settled(y, x);
    }

    private Item? HardSwish(Item x)
    {
        string gate = Node("Clip", [Swapped("Add", x.Name, One(3f)), Floats([0f]), Floats([Chance(0.05) ? 5f : 6f])]);
        string other = Chance(0.1) ? _items[_random.Next(_items.Count)].Name : x.Name;
        string y = _random.Next(4) switch
        {
            0 => Node("Div", [Swapped("Mul", other, gate), One(6f)]),
            1 => Swapped("Mul", Swapped("Mul", other, gate), One(1f / 6f)),
            2 => Swapped("Mul", other, Node("Div", [gate, One(6f)])),
            _ => Swapped("Mul", other, Node("HardSigmoid", [x.Name], OnnxAttribute.FromFloat("alpha", Chance(0.1) ? 0.2f : 1f / 6f))),
        };
        return Settled(y, x);
    }

    private Item? Norm(Item x)
    {
        if (x.Rank == 0)
        {
            return null;
        }

        string d = Chance(0.25) ? x.Name : Node("Sub", [x.Name, Mean(x.Name, x.Rank)]);
        string base2 = Chance(0.1) ? x.Name : d;
        string squared = Chance(0.5) ? Node("Pow", [base2, One(2f)]) : Node("Mul", [base2, base2]);
        string root = Node("Sqrt", [Swapped("Add", Mean(squared, x.Rank), One(1e-5f, 0))]);
        string normalized = _random.Next(3) switch
        {
            0 => Node("Div", [d, root]),
            1 => Swapped("Mul", d, Node("Reciprocal", [root])),
            _ => Swapped("Mul", d, Node("Div", [One(1f), root])),
        };
        long n = Chance(0.1) ? 1 : x.Dims[^1];
        string y = Swapped("Mul", normalized, Chance(0.1) ? Weights(1f, 1, n) : Weights(1f, n));
        if (Chance(0.6))
        {
            y = Swapped("Add", y, Weights(1f, Chance(0.1) ? 1 : n));
        }

        return Settled(y, x);
    }

    private string Mean(string x, int rank)
    {
        long axis = Chance(0.7) ? -1 : Chance(0.7) ? rank - 1 : Math.Max(0, rank - 2);
        OnnxAttribute keep = OnnxAttribute.FromInt("keepdims", 1);
        return _opset < 18 ? Node("ReduceMean", [x], OnnxAttribute.FromInts("axes", axis), keep) : Node("ReduceMean", [x, Integers(axis)], keep);
    }

    private Item? Attention(Item x)
    {
        if (x.Rank is not (3 or 4))
        {
            return null;
        }

        int rank = x.Rank;
        long[] perm = rank == 3 ? [0, 2, 1] : [0, 1, 3, 2];
        Item k = Chance(0.3) ? x : _items.FindLast(i => i.Rank == rank && i.Dims[^1] == x.Dims[^1]) ?? x;
        Item v = Chance(0.5) ? k : x.Dims[^2] == k.Dims[^2] ? x : k;
        string q = Chance(0.3) ? Swapped("Mul", x.Name, One(0.5f)) : x.Name;
        string keys = Node("Transpose", [k.Name], OnnxAttribute.FromInts("perm", perm));
        keys = Chance(0.2) ? Swapped("Mul", keys, One(0.5f)) : keys;
        string scores = Node("MatMul", [q, keys]);
        scores = Chance(0.4) ? Node("Div", [scores, One(2f)]) : scores;
        for (int masks = _random.Next(3); masks > 0; masks--)
        {
            var mask = new List<long>();
            for (int i = 0; i < rank; i++)
            {
                long own = i == rank - 2 ? x.Dims[^2] : i == rank - 1 ? k.Dims[^2] : x.Dims[i];
                mask.Add(Chance(0.5) ? 1 : own == 1 && Chance(0.3) ? 3 : own);
            }

            mask.RemoveRange(0, Chance(0.3) ? _random.Next(rank) : 0);
            string name = Chance(0.5) ? Weights(1f, [.. mask]) : Node("Neg", [Weights(1f, [.. mask])]);
            scores = Swapped("Add", scores, name);
        }

        string weights = Node("Softmax", [scores], OnnxAttribute.FromInt("axis", Chance(0.9) ? -1 : rank - 1));
        string y = Node("MatMul", [weights, v.Name]);
        if (Chance(0.2))
        {
            y = Node("Transpose", [y], OnnxAttribute.FromInts("perm", rank == 3 ? [1, 0, 2] : [0, 2, 1, 3]));
        }

        return new(y, [.. x.Dims[..^1], v.Dims[^1]]);
    }

    private Item? Twice(Item x)
    {
        switch (_random.Next(5))
        {
            case 0:
                return Settled(Node("Add", [Node("LeakyRelu", [x.Name], OnnxAttribute.FromFloat("alpha", 0.1f)), Node("LeakyRelu", [x.Name], OnnxAttribute.FromFloat("alpha", Pick(0.1f, 0.2f)))]), x);
            case 1:
                return Settled(Node("Neg", [Node("Identity", [x.Name])]), x);
            case 2:
                return Settled(Node("Pad", [x.Name, Integers(new long[2 * x.Rank])]), x);
            case 3 when x.Rank > 0 && x.Dims[^1] % 4 == 0:
                string half = Split(x, 2);
                string quarter = Split(x, 4);
                return new(Node("Concat", [half, quarter], OnnxAttribute.FromInt("axis", -1)), [.. x.Dims[..^1], x.Dims[^1] / 4 * 3]);
            default:
                return Settled(Node("Add", [Node("Sin", [x.Name]), Node("Sin", [x.Name])]), x);
        }
    }

    private string Split(Item x, int parts)
    {
        string[] names = [.. Enumerable.Range(0, parts).Select(_ => Name())];
        var node = new OnnxNode("Split", [x.Name], names);
        node.Attributes.Add(OnnxAttribute.FromInt("axis", x.Rank - 1));
        if (_opset >= 18)
        {
            node.Attributes.Add(OnnxAttribute.FromInt("num_outputs", parts));
        }

        _graph.Nodes.Add(node);
        return names[_random.Next(parts)];
    }

    // Sizes that come from shapes: symbols of several inputs meet in one Reshape.
    private Item? Reshaped(Item x)
    {
        if (x.Rank < 2)
        {
            return null;
        }

        Item other = Chance(0.5) ? x : _items[_random.Next(_items.Count)];
        if (other.Rank == 0)
        {
            return null;
        }

        string first = Node("Slice", [Node("Shape", [other.Name]), Integers(0), Integers(1), Integers(0)]);
        string shape = Node("Concat", [first, Chance(0.5) ? Integers(-1) : Integers(x.Dims[1..].Aggregate(1L, (a, b) => a * b))], OnnxAttribute.FromInt("axis", 0));
        long count = x.Dims.Aggregate(1L, (a, b) => a * b);
        return new(Node("Reshape", [x.Name, shape]), [other.Dims[0], Math.Max(1, count / Math.Max(1, other.Dims[0]))]);
    }

    private Item? InBranch(Item x)
    {
        string condition = Name();
        OnnxGraph outer = _graph;
        outer.Nodes.Add(new("Equal", [Integers(_random.Next(2)), Integers(1)], [condition]));
        string scalar = Node("Squeeze", [condition]);
        OnnxGraph then = _graph = new OnnxGraph { Name = "then" };
        Item? y = Step(x);
        _graph = outer;
        if (y is null)
        {
            return null;
        }

        then.Outputs.Add(new(y.Name, Chance(0.5) ? OnnxType.Tensor(OnnxElementType.Float32) : Lie(y.Dims)));
        OnnxGraph other = _graph = new OnnxGraph { Name = "else" };
        string same = Node("Identity", [x.Name]);
        _graph = outer;
        other.Outputs.Add(new(same, OnnxType.Tensor(OnnxElementType.Float32)));
        string result = Node("If", [scalar], OnnxAttribute.FromGraph("then_branch", then), OnnxAttribute.FromGraph("else_branch", other));
        return new(result, x.Dims);
    }

    private Item? InLoop(Item x)
    {
        OnnxGraph outer = _graph;
        var body = new OnnxGraph { Name = "body" };
        string condition = Name();
        body.Inputs.Add(new(Name(), OnnxType.Tensor(OnnxElementType.Int64)));
        body.Inputs.Add(new(condition, OnnxType.Tensor(OnnxElementType.Bool)));
        string carried = Name();
        body.Inputs.Add(new(carried, Chance(0.5) ? OnnxType.Tensor(OnnxElementType.Float32) : Lie(x.Dims)));
        _graph = body;
        Item? y = Step(new(carried, x.Dims));
        string going = Node("Identity", [condition]);
        _graph = outer;
        if (y is null)
        {
            return null;
        }

        body.Outputs.Add(new(going, OnnxType.Tensor(OnnxElementType.Bool)));
        body.Outputs.Add(new(y.Name, OnnxType.Tensor(OnnxElementType.Float32)));
        string trip = Name();
        _model.Graph.Initializers.Add(OnnxTensor.Create<long>(trip, [_random.Next(3)]));
        string name = Name();
        var node = new OnnxNode("Loop", [trip, "", x.Name], [name]);
        node.Attributes.Add(OnnxAttribute.FromGraph("body", body));
        _graph.Nodes.Add(node);
        return new(name, x.Dims);
    }
}
