using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Limits;

/// <summary>Models of a few nodes whose runs hold as much as an input asks for.</summary>
internal static class HostileMemory
{
    /// <summary>Every model by name: what it is, and the input n that asks for about so many bytes.</summary>
    public static readonly IReadOnlyDictionary<string, Func<long, (OnnxModel Model, NamedValues Inputs)>> All = new Dictionary<string, Func<long, (OnnxModel, NamedValues)>>(StringComparer.Ordinal)
    {
        ["ConstantOfShape"] = bytes => One(bytes / 4, m => Add(m, "ConstantOfShape", ["n"], ["y"])),
        ["ConstantOfShape, reduced"] = bytes => One(bytes / 4, m => Add(Add(m, "ConstantOfShape", ["n"], ["h"]), "ReduceMax", ["h"], ["y"])),
        ["Expand"] = bytes => One(bytes / 4, m => Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["y"])),
        ["Tile"] = bytes => One(bytes / 4, m => Add(Vector(m, "one", 1f), "Tile", ["one", "n"], ["y"])),
        ["Range"] = bytes => One(bytes / 8, m =>
        {
            Add(Long(m, "start", 0), "Squeeze", ["n"], ["stop"]);
            Long(m, "step", 1);
            Add(m, "Range", ["start", "stop", "step"], ["y"]);
        }),
        ["NonZero"] = bytes => One(bytes / 12, m => Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]), "NonZero", ["e"], ["y"])),
        ["Pad"] = bytes => One(bytes / 4, m => Add(Add(Longs(Vector(m, "one", 1f), "zero", 0), "Concat", ["zero", "n"], ["p"], OnnxAttribute.FromInt("axis", 0)), "Pad", ["one", "p"], ["y"])),
        ["OneHot"] = bytes => One(bytes / 4 / 4, m => Add(Floats(Longs(m, "i", 0, 1, 2, 3), "v", 0f, 1f), "OneHot", ["i", "n", "v"], ["y"])),
        ["Resize"] = bytes => One(bytes / 20, m => Add(Vector(m, "one", 1f, 2f), "Resize", ["one", "", "", "n"], ["y"], OnnxAttribute.FromString("mode", "nearest"))),
        ["Compress"] = bytes => One(bytes / 9, m =>
        {
            Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]);
            Add(m, "Cast", ["e"], ["c"], OnnxAttribute.FromInt("to", 9));
            Add(m, "Compress", ["e", "c"], ["y"]);
        }),
        ["Unique"] = bytes => One(bytes / 40, m => Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]), "Unique", ["e"], ["y"])),
        ["TopK"] = bytes => One(bytes / 28, m => Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]), "TopK", ["e", "n"], ["y", "i"])),
        ["EyeLike"] = bytes => One((long)Math.Sqrt(bytes / 8), m =>
        {
            Add(m, "Concat", ["n", "n"], ["nn"], OnnxAttribute.FromInt("axis", 0));
            Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "nn"], ["e"]), "EyeLike", ["e"], ["y"]);
        }),
        ["RandomNormalLike"] = bytes => One(bytes / 8, m => Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]), "RandomNormalLike", ["e"], ["y"])),
        ["Gather"] = bytes => One(bytes / 12, m =>
        {
            Add(m, "ConstantOfShape", ["n"], ["i"], OnnxAttribute.FromTensor("value", OnnxTensor.Create<long>("v", [0L], 1)));
            Add(Vector(m, "one", 1f), "Gather", ["one", "i"], ["y"]);
        }),
        ["MatMul, outer product"] = bytes => One((long)Math.Sqrt(bytes / 4), m =>
        {
            Longs(m, "one", 1);
            Add(m, "Concat", ["n", "one"], ["tall"], OnnxAttribute.FromInt("axis", 0));
            Add(m, "Concat", ["one", "n"], ["wide"], OnnxAttribute.FromInt("axis", 0));
            Add(Add(m, "ConstantOfShape", ["tall"], ["a"]), "ConstantOfShape", ["wide"], ["b"]);
            Add(m, "MatMul", ["a", "b"], ["y"]);
        }),
        ["Chain of adds"] = bytes => One(bytes / 4 / 6, m =>
        {
            Add(m, "ConstantOfShape", ["n"], ["a0"]);
            for (int i = 0; i < 5; i++)
            {
                Add(m, "Exp", [$"a{i}"], [$"a{i + 1}"]);
            }

            Add(m, "Sum", ["a0", "a1", "a2", "a3", "a4", "a5"], ["y"]);
        }),
        ["HannWindow"] = bytes => One(bytes / 4, m => Add(Add(m, "Squeeze", ["n"], ["s"]), "HannWindow", ["s"], ["y"])),
        ["MelWeightMatrix"] = bytes => One(bytes / 4 / 129, m =>
        {
            Add(Long(Long(m, "length", 256), "rate", 16000), "Squeeze", ["n"], ["s"]);
            Add(Scalar(Scalar(m, "low", 0f), "high", 8000f), "MelWeightMatrix", ["s", "length", "rate", "low", "high"], ["y"]);
        }),
        ["If, its branch"] = bytes => One(bytes / 4, m =>
        {
            Add(Long(m, "limit", 0), "Squeeze", ["n"], ["s"]);
            Add(m, "Greater", ["s", "limit"], ["c"]);
            OnnxGraph Branch(string name)
            {
                var graph = new OnnxGraph { Name = name };
                graph.Nodes.Add(new("ConstantOfShape", ["n"], [$"{name}_y"]));
                graph.Outputs.Add(new($"{name}_y", OnnxType.Tensor(OnnxElementType.Float32, "k")));
                return graph;
            }

            Add(m, "If", ["c"], ["y"], OnnxAttribute.FromGraph("then_branch", Branch("yes")), OnnxAttribute.FromGraph("else_branch", Branch("no")));
        }),
        ["Loop that concatenates"] = bytes => Looped(bytes / 65536, Floats(SmallModels.Model(21), "start"), "start", OnnxType.Tensor(OnnxElementType.Float32, "k"), body =>
        {
            body.Initializers.Add(OnnxTensor.Create<float>("part", new float[16384], 16384));
            body.Nodes.Add(Node("Concat", ["v", "part"], ["next"], OnnxAttribute.FromInt("axis", 0)));
        }),
        ["Loop that stacks"] = bytes => Looped(bytes / 65536 / 2, Floats(SmallModels.Model(21), "start", 0f), "start", OnnxType.Tensor(OnnxElementType.Float32, "k"), body =>
        {
            body.Initializers.Add(OnnxTensor.Create<float>("part", new float[16384], 16384));
            body.Nodes.Add(Node("Identity", ["v"], ["next"]));
            body.Nodes.Add(Node("Identity", ["part"], ["scan"]));
            body.Outputs.Add(new("scan", OnnxType.Tensor(OnnxElementType.Float32, "j")));
        }),
        ["Loop that inserts"] = bytes => Looped(bytes / 65536, Add(SmallModels.Model(21), "SequenceEmpty", [], ["start"]), "start", OnnxType.Sequence(OnnxType.Tensor(OnnxElementType.Float32, "k")), body =>
        {
            body.Initializers.Add(OnnxTensor.Create<float>("part", new float[16384], 16384));
            body.Nodes.Add(Node("SequenceInsert", ["v", "part"], ["next"]));
        }),
        ["Loop that inserts small items"] = bytes => Looped(bytes / 1248, Add(SmallModels.Model(21), "SequenceEmpty", [], ["start"]), "start", OnnxType.Sequence(OnnxType.Tensor(OnnxElementType.Float32, "k")), body =>
        {
            body.Initializers.Add(OnnxTensor.Create<float>("part", new float[256], 256));
            body.Nodes.Add(Node("SequenceInsert", ["v", "part"], ["next"]));
        }),
        ["SplitToSequence"] = bytes => One(bytes / 300, m => Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]), "SplitToSequence", ["e"], ["s"]).Graph.Nodes.Add(Node("SequenceLength", ["s"], ["y"]))),
        ["SequenceMap"] = bytes => One(bytes / 65536, m =>
        {
            Add(Add(Scalar(m, "one", 1f), "Expand", ["one", "n"], ["e"]), "SplitToSequence", ["e"], ["s"]);
            var body = new OnnxGraph { Name = "body" };
            body.Inputs.Add(new("item", OnnxType.Tensor(OnnxElementType.Float32, 1)));
            body.Initializers.Add(OnnxTensor.Create<float>("part", new float[16384], 16384));
            body.Nodes.Add(new("Add", ["item", "part"], ["large"]));
            body.Outputs.Add(new("large", OnnxType.Tensor(OnnxElementType.Float32, 16384)));
            Add(m, "SequenceMap", ["s"], ["t"], OnnxAttribute.FromGraph("body", body));
            Add(m, "SequenceLength", ["t"], ["y"]);
        }),
        ["Scan"] = bytes => One(bytes / 65536, m =>
        {
            Longs(m, "one", 1);
            Add(m, "Concat", ["n", "one"], ["tall"], OnnxAttribute.FromInt("axis", 0));
            Add(m, "ConstantOfShape", ["tall"], ["x"]);
            var body = new OnnxGraph { Name = "body" };
            body.Inputs.Add(new("item", OnnxType.Tensor(OnnxElementType.Float32, 1)));
            body.Initializers.Add(OnnxTensor.Create<float>("part", new float[16384], 16384));
            body.Nodes.Add(new("Add", ["item", "part"], ["large"]));
            body.Outputs.Add(new("large", OnnxType.Tensor(OnnxElementType.Float32, 16384)));
            Add(m, "Scan", ["x"], ["y"], OnnxAttribute.FromGraph("body", body), OnnxAttribute.FromInt("num_scan_inputs", 1));
        }),
        ["Text that doubles"] = bytes => Looped((long)Math.Log2(bytes / 2.0), Text(SmallModels.Model(21), "start", "a"), "start", OnnxType.Tensor(OnnxElementType.String, "k"), body =>
            body.Nodes.Add(Node("StringConcat", ["v", "v"], ["next"]))),
        ["Texts of numbers"] = bytes => One(bytes / 56, m =>
        {
            Add(Long(Long(m, "first", 1000000000), "step", 1), "Squeeze", ["n"], ["s"]);
            Add(m, "Add", ["first", "s"], ["stop"]);
            Add(Add(m, "Range", ["first", "stop", "step"], ["r"]), "Cast", ["r"], ["y"], OnnxAttribute.FromInt("to", 8));
        }),
        ["Text split into words"] = bytes => One(bytes / 50, m =>
        {
            Add(Text(m, "word", "ab "), "Expand", ["word", "n"], ["e"]);
            Add(m, "StringSplit", ["e"], ["y", "z"], OnnxAttribute.FromString("delimiter", "b"));
        }),
        ["Texts joined to each"] = bytes => One(bytes / 260, m =>
        {
            Add(Text(m, "word", new string('a', 100)), "Expand", ["word", "n"], ["e"]);
            Add(Text(m, "end", "b"), "StringConcat", ["e", "end"], ["y"]);
        }),
        ["TfIdfVectorizer"] = bytes => One(bytes / 4, m =>
        {
            Add(m, "ConstantOfShape", ["n"], ["i"], OnnxAttribute.FromTensor("value", OnnxTensor.Create<int>("v", [1], 1)));
            Add(m, "TfIdfVectorizer", ["i"], ["y"], OnnxAttribute.FromString("mode", "TF"), OnnxAttribute.FromInt("min_gram_length", 1), OnnxAttribute.FromInt("max_gram_length", 1),
                OnnxAttribute.FromInt("max_skip_count", 0), OnnxAttribute.FromInts("ngram_counts", 0), OnnxAttribute.FromInts("ngram_indexes", 0), OnnxAttribute.FromInts("pool_int64s", 1));
        }),
    };

    /// <summary>The same, with n computed during the run, so that no plan is made for it.</summary>
    public static (OnnxModel Model, NamedValues Inputs) Hidden((OnnxModel Model, NamedValues Inputs) plain)
    {
        OnnxModel model = plain.Model;
        model.Graph.Inputs.Clear();
        model.Graph.Inputs.Add(new("m", OnnxType.Tensor(OnnxElementType.Int64, 16)));
        model.Graph.Nodes.Insert(0, Node("ReduceMax", ["m"], ["n"]));
        model.Graph.Nodes[0].Attributes.Add(OnnxAttribute.FromInt("keepdims", 1));
        var values = new long[16];
        values[7] = ((TensorValue)plain.Inputs["n"]).AsSpan<long>()[0];
        plain.Inputs.Dispose();
        return (model, new NamedValues { ["m"] = TensorValue.Copy<long>(values, [16]) });
    }

    // A model with the input n [1]; the model's output is y.
    private static (OnnxModel, NamedValues) One(long n, Action<OnnxModel> nodes)
    {
        OnnxModel model = SmallModels.Model(21);
        model.Graph.Inputs.Add(new("n", OnnxType.Tensor(OnnxElementType.Int64, 1)));
        nodes(model);
        model.Graph.Outputs.Add(new("y"));
        return (model, new NamedValues { ["n"] = TensorValue.Copy<long>([n], [1]) });
    }

    // A loop of n turns that carries v to next.
    private static (OnnxModel, NamedValues) Looped(long n, OnnxModel model, string start, OnnxType type, Action<OnnxGraph> body)
    {
        model.Graph.Inputs.Add(new("n", OnnxType.Tensor(OnnxElementType.Int64, 1)));
        Add(model, "Squeeze", ["n"], ["turns"]);
        var graph = new OnnxGraph { Name = "body" };
        graph.Inputs.Add(new("i", OnnxType.Tensor(OnnxElementType.Int64, [])));
        graph.Inputs.Add(new("going", OnnxType.Tensor(OnnxElementType.Bool, [])));
        graph.Inputs.Add(new("v", type));
        graph.Nodes.Add(new("Identity", ["going"], ["on"]));
        graph.Outputs.Add(new("on", OnnxType.Tensor(OnnxElementType.Bool, [])));
        graph.Outputs.Add(new("next", type));
        body(graph);
        string[] outputs = [.. Enumerable.Range(0, graph.Outputs.Count - 1).Select(i => $"y{i}")];
        Add(model, "Loop", ["turns", "", start], outputs, OnnxAttribute.FromGraph("body", graph));
        foreach (string output in outputs)
        {
            model.Graph.Outputs.Add(new(output));
        }

        return (model, new NamedValues { ["n"] = TensorValue.Copy<long>([n], [1]) });
    }

    private static OnnxNode Node(string op, string[] inputs, string[] outputs, params OnnxAttribute[] attributes)
    {
        var node = new OnnxNode(op, inputs, outputs);
        node.Attributes.AddRange(attributes);
        return node;
    }

    private static OnnxModel Add(OnnxModel model, string op, string[] inputs, string[] outputs, params OnnxAttribute[] attributes)
    {
        model.Graph.Nodes.Add(Node(op, inputs, outputs, attributes));
        return model;
    }

    private static OnnxModel With(OnnxModel model, OnnxTensor tensor)
    {
        model.Graph.Initializers.Add(tensor);
        return model;
    }

    private static OnnxModel Scalar(OnnxModel model, string name, float value) => With(model, OnnxTensor.Create<float>(name, [value]));

    private static OnnxModel Vector(OnnxModel model, string name, params float[] values) => With(model, OnnxTensor.Create<float>(name, values, values.Length));

    private static OnnxModel Floats(OnnxModel model, string name, params float[] values) => Vector(model, name, values);

    private static OnnxModel Long(OnnxModel model, string name, long value) => With(model, OnnxTensor.Create<long>(name, [value]));

    private static OnnxModel Longs(OnnxModel model, string name, params long[] values) => With(model, OnnxTensor.Create<long>(name, values, values.Length));

    private static OnnxModel Text(OnnxModel model, string name, string value) => With(model, OnnxTensor.FromStrings(name, [value], 1));
}
