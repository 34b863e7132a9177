using Inference.Onnx;

namespace Inference.Rows.Generation;

/// <summary>A random model in which sizes flow from the batch: shapes of values are taken apart, computed with, and given to operators that make other axes as long.</summary>
public sealed class RandomModel
{
    private readonly OnnxModel _model = new() { IrVersion = 8 };
    private int _next;

    private RandomModel(int seed) => Random = new(seed);

    /// <summary>Draws what the model consists of.</summary>
    public Random Random { get; }

    /// <summary>Tensors of floats made so far.</summary>
    public List<Sample> Floats { get; } = [];

    /// <summary>Integers that stand for sizes, positions and counts.</summary>
    public List<Sample> Sizes { get; } = [];

    /// <summary>The operators, in order.</summary>
    public IEnumerable<string> Operators => _model.Graph.Nodes.Select(n => n.OpType);

    /// <summary>The model of a seed.</summary>
    public static RandomModel Make(int seed)
    {
        var model = new RandomModel(seed);
        model.Grow();
        return model;
    }

    /// <summary>The model's file.</summary>
    public byte[] ToArray() => _model.ToArray();

    /// <summary>One of several.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[Random.Next(items.Count)];

    /// <summary>An integer constant.</summary>
    public string Constant(bool scalar, params long[] numbers)
    {
        string name = NewName("c");
        _model.Graph.Initializers.Add(scalar ? OnnxTensor.Create<long>(name, numbers) : OnnxTensor.Create<long>(name, numbers, numbers.Length));
        return name;
    }

    /// <summary>A constant of random floats.</summary>
    public Sample Weights(params long[] shape)
    {
        string name = NewName("w");
        var values = new float[Sample.Product(shape)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (Random.NextSingle() * 2) - 1;
        }

        _model.Graph.Initializers.Add(OnnxTensor.Create<float>(name, values, shape));
        return new(name, Array.ConvertAll(Sample.RowCounts, _ => shape));
    }

    /// <summary>Adds a node with one output; returns the output's name.</summary>
    public string Node(string type, params string[] inputs) => Node(type, _ => { }, inputs);

    /// <summary>Adds a node with one output; returns the output's name.</summary>
    public string Node(string type, Action<OnnxNode> attributes, params string[] inputs)
    {
        string name = NewName("v");
        var node = new OnnxNode(type, inputs, [name]);
        attributes(node);
        _model.Graph.Nodes.Add(node);
        return name;
    }

    /// <summary>Adds a node with several outputs; returns the names of these.</summary>
    public string[] Nodes(string type, int outputs, Action<OnnxNode> attributes, params string[] inputs)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(_ => NewName("v"))];
        var node = new OnnxNode(type, inputs, names);
        attributes(node);
        _model.Graph.Nodes.Add(node);
        return names;
    }

    private string NewName(string prefix) => $"{prefix}{_next++}";

    private void Grow()
    {
        _model.OperatorSets.Add(new OnnxOperatorSet("", 18));
        _model.Graph.Name = "rows";
        AddInputs();
        int steps = Random.Next(4, 13);
        for (int i = 0; i < steps || (i < 40 && !Floats.Exists(IsSized)); i++)
        {
            int kind = Random.Next(10);
            Action<RandomModel> step = kind < 4 ? Pick(SizeSteps.All) : kind < 7 ? Pick(SizedSteps.All) : Pick(TensorSteps.All);
            step(this);
        }

        Finish();
    }

    private void AddInputs()
    {
        long[] rest = [.. Enumerable.Range(0, Random.Next(0, 4)).Select(_ => (long)Random.Next(1, 5))];
        rest = Random.Next(6) == 0 ? rest : rest.Length == 0 ? [4] : rest;
        bool open = rest.Length > 0 && Random.Next(3) == 0;
        Floats.Add(Input("x", OnnxElementType.Float32, open ? [3, .. rest[1..]] : rest, open));
        if (Random.Next(3) == 0)
        {
            Floats.Add(Input("y", OnnxElementType.Float32, [.. Floats[0].Shapes[0][1..]], open));
        }

        if (Random.Next(4) == 0)
        {
            Sample ids = Input("ids", OnnxElementType.Int64, [2], open: false);
            Floats.Add(new(Node("Cast", n => n.SetAttribute("to", 1), ids.Name), ids.Shapes));
        }
    }

    private Sample Input(string name, OnnxElementType type, long[] rest, bool open)
    {
        OnnxDimension[] dimensions = ["N", .. rest.Select((d, i) => open && i == 0 ? (OnnxDimension)"T" : d)];
        _model.Graph.Inputs.Add(new(name, OnnxType.Tensor(type, dimensions)));
        return new(name, Array.ConvertAll(Sample.RowCounts, n => (long[])[n, .. rest]));
    }

    // Whether sizes flow into it.
    private bool IsSized(Sample sample)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([sample.Name]);
        while (open.TryPop(out string? name))
        {
            if (seen.Add(name) && _model.Graph.Nodes.Find(n => n.Outputs.Contains(name)) is { } node)
            {
                if (node.OpType is "Shape" or "Size")
                {
                    return true;
                }

                foreach (string input in node.Inputs)
                {
                    open.Push(input);
                }
            }
        }

        return false;
    }

    // Ends with a value that sizes flow into, mostly one of as many rows as the batch.
    private void Finish()
    {
        List<Sample> sized = Floats.FindAll(IsSized);
        List<Sample> rows = sized.FindAll(f => f.Rank > 0 && f.Shapes.Select((s, i) => s[0] == Sample.RowCounts[i]).All(same => same));
        Sample last = rows.Count > 0 && Random.Next(5) > 0 ? rows[^Random.Next(1, Math.Min(3, rows.Count + 1))] : sized.Count > 0 ? sized[^1] : Floats[^1];
        Declare();
        _model.Graph.Nodes.Add(new OnnxNode("Neg", [last.Name], ["out"]));
        _model.Graph.Outputs.Add(new("out", null));
    }

    // Files name sizes as they like: what is declared of a value in the middle says nothing that can be relied upon.
    private void Declare()
    {
        if (Random.Next(4) > 0)
        {
            return;
        }

        foreach (Sample sample in Floats.Where(f => f.Name[0] == 'v' && Random.Next(2) == 0))
        {
            OnnxDimension[] names = [.. sample.Shapes[0].Select(_ => (OnnxDimension)Pick<string>(["N", "M", "T"]))];
            _model.Graph.ValueInfos.Add(new(sample.Name, OnnxType.Tensor(OnnxElementType.Float32, names)));
        }
    }
}
