using Inference.Onnx;

namespace Inference.Tests.Passes.Equivalence;

/// <summary>
/// A small random model around the patterns that passes look for: constants of one element with ranks that fit and that do not, values used once and more often, operands
/// swapped, sizes of 1, symbols that lie between inputs, and declared shapes that lie. The same seed gives the same model and inputs.
/// </summary>
internal sealed partial class RandomModel
{
    private readonly Random _random;
    private readonly OnnxModel _model = new() { IrVersion = 10, ProducerName = "tests" };
    private readonly long _opset;
    private readonly List<Item> _items = [];
    private readonly List<(string Name, float[] Data, long[] Dims)> _inputs = [];
    private OnnxGraph _graph;
    private int _names;

    private RandomModel(int seed)
    {
        _random = new(seed);
        _opset = Pick(6L, 12L, 13L, 13L, 17L, 17L, 20L, 20L, 21L);
        _graph = _model.Graph;
        _graph.Name = $"random {seed}";
        _model.OperatorSets.Add(new("", _opset));
    }

    /// <summary>A value made so far, with its true shape.</summary>
    private sealed record Item(string Name, long[] Dims)
    {
        public int Rank => Dims.Length;
    }

    /// <summary>The model and its inputs, by position; <c>Scale</c> is the largest step of values that are rounded in it (8 bits, float16), 0 for none.</summary>
    public static (byte[] Model, IReadOnlyList<(string Name, float[] Data, long[] Dims)> Inputs, float Scale) Make(int seed)
    {
        var made = new RandomModel(seed);
        made.Build();
        return (made._model.ToArray(), made._inputs, made._scale);
    }

    private void Build()
    {
        AddInputs();
        int steps = _random.Next(1, 5);
        for (int i = 0; i < steps; i++)
        {
            Item x = _items[Chance(0.7) ? ^1 : _random.Next(_items.Count)];
            Item? y = _opset < 7 ? Legacy(x) : Chance(0.08) ? InBranch(x) : Chance(0.04) ? InLoop(x) : Step(x);
            if (y is not null)
            {
                _items.Add(y);
            }
        }

        var outputs = new HashSet<string> { _items[^1].Name };
        foreach (Item item in _items)
        {
            if (Chance(0.15))
            {
                outputs.Add(item.Name);
            }
        }

        foreach (OnnxNode node in _graph.Nodes)
        {
            if (Chance(0.04) && node.Outputs.Count > 0 && !node.OpType.Contains("Quantize", StringComparison.Ordinal) && node.OpType is not ("Shape" or "Concat" or "Cast" or "MatMulInteger" or "Split"))
            {
                outputs.Add(node.Outputs[0]);
            }
        }

        outputs.RemoveWhere(o => _inputs.Exists(i => i.Name == o));
        if (outputs.Count == 0)
        {
            outputs.Add(Node("Neg", [_items[^1].Name]));
        }

        foreach (string output in outputs)
        {
            _model.Graph.Outputs.Add(new(output, Chance(0.2) && _items.Find(i => i.Name == output) is { } item ? Lie(item.Dims) : OnnxType.Tensor(OnnxElementType.Float32)));
        }

        Declare();
    }

    private void AddInputs()
    {
        int rank = Pick(2, 2, 3, 3, 4, 4, 4, 1);
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            dims[i] = Chance(0.01) ? 0 : i == 1 && rank == 4 ? Pick(1, 2, 4, 6) : i == rank - 1 && rank < 4 ? Pick(1, 4, 8) : Pick(1, 2, 3, 5);
        }

        AddInput("x", dims);
        int more = _random.Next(3);
        for (int k = 0; k < more; k++)
        {
            long[] own = [.. dims];
            for (int i = 0; i < rank; i++)
            {
                own[i] = Chance(0.3) ? 1 : own[i];
            }

            AddInput($"z{k}", own);
        }
    }

    private void AddInput(string name, long[] dims)
    {
        var shape = new OnnxShape();
        for (int i = 0; i < dims.Length; i++)
        {
            // Symbols by place: inputs of other sizes share them, and so may two places of one input.
            double kind = _random.NextDouble();
            shape.Dimensions.Add(kind < 0.45 ? OnnxDimension.Of(dims[i]) : kind < 0.85 ? OnnxDimension.Of($"s{(Chance(0.9) ? i : 0)}") : OnnxDimension.Unknown);
        }

        _model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, shape)));
        _inputs.Add((name, Numbers(dims, 2f), dims));
        _items.Add(new(name, dims));
    }

    // Some values get a declared shape: half of them another than theirs.
    private void Declare()
    {
        foreach (OnnxNode node in _model.Graph.Nodes)
        {
            foreach (string name in node.Outputs)
            {
                if (Chance(0.15) && _items.Find(i => i.Name == name) is { } item && _model.Graph.Outputs.TrueForAll(o => o.Name != name))
                {
                    _model.Graph.ValueInfos.Add(new(name, Chance(0.5) ? Lie(item.Dims) : OnnxType.Tensor(OnnxElementType.Float32, new OnnxShape([.. item.Dims.Select(d => OnnxDimension.Of(d))]))));
                }
            }
        }
    }

    private OnnxType Lie(long[] dims)
    {
        long[] lie = [.. dims];
        switch (_random.Next(5))
        {
            case 0:
                lie = [1, .. lie];
                break;
            case 1 when lie.Length > 0:
                lie = lie[1..];
                break;
            case 2:
                Array.Reverse(lie);
                break;
            default:
                for (int i = 0; i < lie.Length; i++)
                {
                    lie[i] = Chance(0.5) ? Pick(1L, lie[i] + 1, 64L) : lie[i];
                }

                break;
        }

        return OnnxType.Tensor(OnnxElementType.Float32, new OnnxShape([.. lie.Select(d => Chance(0.2) ? OnnxDimension.Of("s0") : OnnxDimension.Of(d))]));
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.Next(choices.Length)];

    private float[] Numbers(ReadOnlySpan<long> dims, float size)
    {
        long count = 1;
        foreach (long d in dims)
        {
            count *= d;
        }

        var numbers = new float[count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = MathF.Round((_random.NextSingle() - 0.5f) * 2 * size, 3);
        }

        return numbers;
    }

    private string Name() => $"v{_names++}";

    private string Node(string opType, ReadOnlySpan<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string name = Name();
        var node = new OnnxNode(opType, inputs, [name]);
        node.Attributes.AddRange(attributes);
        _graph.Nodes.Add(node);
        return name;
    }

    private string Swapped(string opType, string a, string b) => Chance(0.5) ? Node(opType, [a, b]) : Node(opType, [b, a]);

    private string Floats(float[] data, params ReadOnlySpan<long> dims)
    {
        string name = Name();
        _model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, data, dims));
        return name;
    }

    private string Integers(params ReadOnlySpan<long> values)
    {
        string name = Name();
        _model.Graph.Initializers.Add(OnnxTensor.Create(name, values, values.Length));
        return name;
    }

    private string Weights(float size, params ReadOnlySpan<long> dims) => Floats(Numbers(dims, size), dims);

    // One element, mostly of a rank that changes nothing; now and then another number than the pattern's.
    private string One(float value, double other = 0.03)
    {
        float own = Chance(other) ? value + 0.25f : value;
        return Chance(0.6) ? Floats([own]) : Pick(0, 1, 2, 3) switch
        {
            0 => Floats([own], 1),
            1 => Floats([own], 1, 1),
            2 => Floats([own], 1, 1, 1),
            _ => Floats([own], 1, 1, 1, 1),
        };
    }

    // The shape that both broadcast to; null where they do not.
    private static long[]? Broadcast(long[] a, long[] b)
    {
        var result = new long[Math.Max(a.Length, b.Length)];
        for (int i = 1; i <= result.Length; i++)
        {
            long x = i <= a.Length ? a[^i] : 1;
            long y = i <= b.Length ? b[^i] : 1;
            if (x != y && x != 1 && y != 1)
            {
                return null;
            }

            result[^i] = x == 1 ? y : x;
        }

        return result;
    }
}
