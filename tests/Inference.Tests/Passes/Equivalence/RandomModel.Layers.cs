using Inference.Onnx;

namespace Inference.Tests.Passes.Equivalence;

/// <summary>Products, convolutions and what passes move through them.</summary>
internal sealed partial class RandomModel
{
    private Item? Activation(Item x)
    {
        string y = _random.Next(13) switch
        {
            0 => Node("Relu", [x.Name]),
            1 => Node("Sigmoid", [x.Name]),
            2 => Node("Tanh", [x.Name]),
            3 => Node("LeakyRelu", [x.Name], OnnxAttribute.FromFloat("alpha", 0.2f)),
            4 => Node("Elu", [x.Name]),
            5 => Node("HardSigmoid", [x.Name]),
            6 => Node("Clip", [x.Name, Chance(0.2) ? "" : Floats([-0.5f]), Floats([Chance(0.1) ? -1f : 0.75f])]),
            7 => Swapped("Mul", x.Name, Node("Sigmoid", [x.Name])),
            8 when _opset >= 20 => Node("Gelu", [x.Name], OnnxAttribute.FromString("approximate", Pick("none", "tanh"))),
            9 or 10 => Node(_opset >= 18 ? Pick("Mish", "HardSwish", "Celu", "Softsign") : Pick("Softsign", "Softplus", "Selu", "Softsign"), [x.Name]),
            11 => Node(Pick("Sin", "Cos", "Atan", "Erf", "Abs", "Neg"), [x.Name]),
            _ => Node("Relu", [x.Name]),
        };
        return new(y, x.Dims);
    }

    // A second value that broadcasts with the first: of its declared shape, or of another.
    private Item? Residual(Item x)
    {
        Item[] others = [.. _items.Where(i => Broadcast(i.Dims, x.Dims) is not null)];
        if (others.Length == 0)
        {
            return null;
        }

        Item other = others[_random.Next(others.Length)];
        string sum = _random.Next(6) switch
        {
            0 => Node(Pick("Sum", "Mean", "Max", "Min"), [x.Name, other.Name]),
            1 => Node("Where", [Node("Less", [x.Name, other.Name]), x.Name, other.Name]),
            _ => Swapped("Add", x.Name, other.Name),
        };
        return new(sum, Broadcast(x.Dims, other.Dims)!);
    }

    private Item? Dense(Item x)
    {
        if (x.Rank == 0)
        {
            return null;
        }

        long k = x.Dims[^1];
        long n = Pick(1L, k, k, 8L, 5L);
        long[] dims = [.. x.Dims[..^1], n];
        Item y;
        if (x.Rank == 2 && Chance(0.3))
        {
            bool transposed = Chance(0.5);
            string w = transposed ? Weights(0.5f, n, k) : Weights(0.5f, k, n);
            string[] inputs = Chance(0.6) ? [x.Name, w, Chance(0.7) ? Weights(0.5f, n) : Weights(0.5f, 1)] : [x.Name, w];
            y = new(Node("Gemm", inputs, OnnxAttribute.FromInt("transB", transposed ? 1 : 0)), dims);
        }
        else if (Chance(0.25) && k > 2)
        {
            y = new(Node("MatMul", [Node("MatMul", [x.Name, Weights(0.5f, k, 2)]), Weights(0.5f, 2, n)]), dims);
        }
        else
        {
            y = new(Node("MatMul", [x.Name, Weights(0.5f, k, n)]), dims);
        }

        for (int i = _random.Next(3); i > 0; i--)
        {
            Item? next = _random.Next(3) switch
            {
                0 => new(Swapped("Add", y.Name, _random.Next(4) switch { 0 => Weights(1f, 1), 1 => Weights(1f, 1, n), 2 => One(0.5f), _ => Weights(1f, n) }), y.Dims),
                1 => Residual(y),
                _ => Activation(y),
            };
            y = next ?? y;
        }

        return y;
    }

    private Item? Convolution(Item x)
    {
        int spatial = x.Rank - 2;
        long c = x.Dims[1];
        long group = c > 0 && Chance(0.2) ? c : 1;
        long o = group == 1 ? Pick(1L, c, 4L) : c;
        long k = x.Dims[2..].All(d => d >= 3) && Chance(0.5) ? 3 : 1;
        bool pad = k == 3 && Chance(0.7);
        long[] kernel = [.. Enumerable.Repeat(k, spatial)];
        long[] pads = [.. Enumerable.Repeat(pad ? 1L : 0L, 2 * spatial)];
        string[] inputs = Chance(0.4) ? [x.Name, Weights(0.5f, [o, c / group, .. kernel]), Weights(0.5f, o)] : [x.Name, Weights(0.5f, [o, c / group, .. kernel])];
        var y = new Item(
            Node("Conv", inputs, OnnxAttribute.FromInts("pads", pads), OnnxAttribute.FromInt("group", group)),
            [x.Dims[0], o, .. x.Dims[2..].Select(d => pad ? d : d - k + 1)]);
        for (int i = _random.Next(4); i > 0; i--)
        {
            Item? next = _random.Next(5) switch
            {
                0 => Normalized(y, o),
                1 => new(Swapped("Add", y.Name, ChannelConstant(o, spatial)), y.Dims),
                2 => Residual(y),
                3 => Image(y),
                _ => Activation(y),
            };
            y = next ?? y;
            if (y.Rank != x.Rank || y.Dims[1] != o)
            {
                break;
            }
        }

        return y;
    }

    private Item Normalized(Item x, long channels)
    {
        float[] variance = [.. Numbers([channels], 1f).Select(v => MathF.Abs(v) + 0.1f)];
        return new(Node("BatchNormalization", [x.Name, Weights(1f, channels), Weights(1f, channels), Weights(1f, channels), Floats(variance, channels)]), x.Dims);
    }

    private string ChannelConstant(long channels, int spatial)
    {
        long[] ones = [.. Enumerable.Repeat(1L, spatial)];
        return _random.Next(5) switch
        {
            0 => One(0.5f),
            1 => Weights(1f, [1, channels, .. ones]),
            2 => Weights(1f, [1, .. ones]),
            _ => Weights(1f, [channels, .. ones]),
        };
    }

    // Over all of an image, or over any axes.
    private Item Reduced(Item x)
    {
        int rank = x.Rank;
        long[] axes = Chance(0.5) ? [.. Enumerable.Range(2, rank - 2).Select(a => (long)a)] : [.. Enumerable.Range(0, rank).Where(_ => Chance(0.5)).Select(a => (long)a)];
        axes = axes.Length == 0 ? [1] : axes;
        bool keeps = Chance(0.6);
        string type = Pick("ReduceMean", "ReduceMax", "ReduceSum", "ReduceMin");
        long[] named = Chance(0.5) ? axes : [.. axes.Select(a => a - rank)];
        OnnxAttribute keep = OnnxAttribute.FromInt("keepdims", keeps ? 1 : 0);
        string y = _opset < (type == "ReduceSum" ? 13 : 18) ? Node(type, [x.Name], OnnxAttribute.FromInts("axes", named), keep) : Node(type, [x.Name, Integers(named)], keep);
        return new(y, keeps ? [.. x.Dims.Select((d, i) => axes.Contains(i) ? 1 : d)] : [.. x.Dims.Where((_, i) => !axes.Contains(i))]);
    }

    private Item? Image(Item x)
    {
        if (x.Rank is not (3 or 4))
        {
            return null;
        }

        int rank = x.Rank;
        int spatial = rank - 2;
        long[] last = rank == 3 ? [0, 2, 1] : [0, 2, 3, 1];
        switch (_random.Next(12))
        {
            case 0 when x.Dims[2..].All(d => d >= 2):
                string pool = Node(
                    Pick("MaxPool", "AveragePool"), [x.Name], OnnxAttribute.FromInts("kernel_shape", [.. Enumerable.Repeat(2L, spatial)]), OnnxAttribute.FromInts("strides", [.. Enumerable.Repeat(1L, spatial)]));
                return new(pool, [.. x.Dims[..2], .. x.Dims[2..].Select(d => d - 1)]);
            case 1:
                return new(Node(Pick("GlobalAveragePool", "GlobalMaxPool"), [x.Name]), [.. x.Dims[..2], .. Enumerable.Repeat(1L, spatial)]);
            case 2:
                return Reduced(x);
            case 3:
                Item? other = _items.FindLast(i => i.Rank == rank && i.Dims[0] == x.Dims[0] && i.Dims[2..].SequenceEqual(x.Dims[2..]));
                return other is null ? null : new(Node("Concat", [x.Name, other.Name], OnnxAttribute.FromInt("axis", Pick(1, 1 - rank))), [x.Dims[0], x.Dims[1] + other.Dims[1], .. x.Dims[2..]]);
            case 4:
                return new(Node("Softmax", [x.Name], OnnxAttribute.FromInt("axis", _random.Next(rank))), x.Dims);
            case 5:
                return new(Node("Transpose", [x.Name], OnnxAttribute.FromInts("perm", last)), [.. last.Select(p => x.Dims[p])]);
            case 6:
                long axis = _random.Next(rank);
                return new(Node("Slice", [x.Name, Integers(0), Integers(1), Integers(Chance(0.5) ? axis : axis - rank)]), [.. x.Dims.Select((d, i) => i == axis ? Math.Min(1, d) : d)]);
            case 7:
                long[] pads = new long[2 * rank];
                pads[_random.Next(2 * rank)] = 1;
                return new(Node("Pad", [x.Name, Integers(pads)]), [.. x.Dims.Select((d, i) => d + pads[i] + pads[i + rank])]);
            case 8 when rank == 4:
                return new(
                    Node("Resize", [x.Name, "", Floats([1f, 1f, 2f, 2f], 4)], OnnxAttribute.FromString("mode", Pick("nearest", "linear"))),
                    [x.Dims[0], x.Dims[1], x.Dims[2] * 2, x.Dims[3] * 2]);
            case 9 when rank == 4 && x.Dims[1] % 2 == 0:
                return Shuffle(x);
            case 10:
                return new(Swapped("Mul", x.Name, ChannelConstant(x.Dims[1], spatial)), x.Dims);
            case 11 when x.Dims[1] % 2 == 0:
                string[] parts = [Name(), Name()];
                var split = new OnnxNode("Split", [x.Name], parts);
                split.Attributes.Add(OnnxAttribute.FromInt("axis", 1));
                if (_opset >= 18)
                {
                    split.Attributes.Add(OnnxAttribute.FromInt("num_outputs", 2));
                }

                _graph.Nodes.Add(split);
                return new(parts[_random.Next(2)], [x.Dims[0], x.Dims[1] / 2, .. x.Dims[2..]]);
            default:
                return Activation(x);
        }
    }

    private Item Shuffle(Item x)
    {
        long each = x.Dims[1] / 2;
        string wide = Node("Reshape", [x.Name, Integers(Chance(0.3) ? -1 : x.Dims[0], 2, each, x.Dims[2], x.Dims[3])]);
        string moved = Node("Transpose", [wide], OnnxAttribute.FromInts("perm", 0, 2, 1, 3, 4));
        return new(Node("Reshape", [moved, Integers(Chance(0.3) ? -1 : x.Dims[0], x.Dims[1], x.Dims[2], x.Dims[3])]), x.Dims);
    }
}
