using Inference.Onnx;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Scanning;

/// <summary>Hostile model files, made in a folder.</summary>
internal static class HostileModels
{
    private static readonly OnnxType s_float = OnnxType.Tensor(OnnxElementType.Float32, "n");

    /// <summary>The files by name: whether a load is to refuse them, and what writes them.</summary>
    public static IReadOnlyDictionary<string, (bool Fatal, Action<TemporaryFolder> Write)> All { get; } = new Dictionary<string, (bool, Action<TemporaryFolder>)>
    {
        ["path-absolute"] = (true, f => External(f, "/etc/passwd")),
        ["path-parent"] = (true, f => External(f, "../data.bin")),
        ["path-inner-parent"] = (true, f => External(f, "sub/../../data.bin")),
        ["path-drive"] = (true, f => External(f, "C:\\data.bin")),
        ["path-empty"] = (true, f => External(f, "")),
        ["path-without-bytes"] = (true, f => External(f, "../data.bin", count: 0)),
        ["path-constant"] = (true, f => Save(f, ConstantNode(ExternalTensor("../data.bin")))),
        ["path-subgraph"] = (true, f => Save(f, InIf(ConstantNode(ExternalTensor("/etc/passwd")).Graph))),
        ["path-function"] = (true, f => Save(f, InFunction(ExternalTensor("../data.bin")))),
        ["path-sparse"] = (true, f => Save(f, Sparse(ExternalTensor("../data.bin")))),
        ["path-training"] = (true, f => Save(f, Training(ExternalTensor("../data.bin")))),
        ["link-outside"] = (true, f => Linked(f, outside: true)),
        ["link-inside"] = (false, f => Linked(f, outside: false)),
        ["link-folder"] = (true, LinkedFolder),
        ["data-missing"] = (true, f => External(f, "none.bin")),
        ["data-folder"] = (true, f => { Directory.CreateDirectory(f.File("dir")); External(f, "dir"); }),
        ["data-short"] = (true, f => { File.WriteAllBytes(f.File("short.bin"), new byte[8]); External(f, "short.bin"); }),
        ["data-offset"] = (true, f => { File.WriteAllBytes(f.File("data.bin"), new byte[16]); External(f, "data.bin", offset: "9223372036854775800"); }),
        ["size-declared"] = (true, f => Save(f, Initializer(new OnnxTensor { Name = "w", ElementType = OnnxElementType.Float32, Dims = [1 << 20, 1 << 10], RawData = new byte[16] }))),
        ["size-overflow"] = (true, f => Save(f, Initializer(new OnnxTensor { Name = "w", ElementType = OnnxElementType.Float32, Dims = [1L << 40, 1L << 40], RawData = new byte[16] }))),
        ["size-negative"] = (true, f => Save(f, Initializer(new OnnxTensor { Name = "w", ElementType = OnnxElementType.Float32, Dims = [-4], RawData = new byte[16] }))),
        ["size-strings"] = (true, f => Save(f, Initializer(new OnnxTensor { Name = "w", ElementType = OnnxElementType.String, Dims = [1 << 20], StringData = [new byte[4]] }))),
        ["custom-domain"] = (false, f => Save(f, One(new OnnxNode("Run", ["x"], ["y"], domain: "evil.corp")))),
        ["expand-constantofshape"] = (true, f => Save(f, Made("ConstantOfShape", [1L << 20, 1L << 20]))),
        ["expand-constantofshape-some"] = (false, f => Save(f, Made("ConstantOfShape", [1L << 15, 1L << 14]))),
        ["expand-expand"] = (true, f => Save(f, Of("Expand", [1L << 16, 1L << 24]))),
        ["expand-tile"] = (true, f => Save(f, Of("Tile", [1L << 40]))),
        ["expand-resize"] = (true, f => Save(f, Resize())),
        ["expand-pad"] = (true, f => Save(f, Pad())),
        ["expand-range"] = (true, f => Save(f, Range())),
        ["expand-random"] = (true, f => Save(f, One(new OnnxNode("RandomNormal", [], ["y"]).SetAttribute("shape", [1L << 20, 1L << 20])))),
        ["expand-concat-chain"] = (true, f => Save(f, Chain("Concat", 50, OnnxElementType.Float32))),
        ["expand-string-chain"] = (true, f => Save(f, Chain("StringConcat", 50, OnnxElementType.String, 20))),
        ["loop-endless"] = (false, f => Save(f, Loop(trips: null, condition: "true"))),
        ["loop-endless-passed"] = (false, f => Save(f, Loop(trips: long.MaxValue, condition: "passed"))),
        ["loop-long"] = (false, f => Save(f, Loop(trips: 1L << 40, condition: "true"))),
        ["name-long"] = (true, f => Save(f, One(new OnnxNode("Relu", ["x"], ["y"], name: new string('n', 1 << 17))))),
        ["text-long"] = (true, f => { OnnxModel m = One(new OnnxNode("Relu", ["x"], ["y"])); m.DocString = new string('d', 65 << 20); Save(f, m); }),
        ["duplicate-output"] = (true, f => Save(f, One(new OnnxNode("Relu", ["x"], ["y"]), new OnnxNode("Abs", ["x"], ["y"])))),
        ["duplicate-initializer"] = (true, f => { OnnxModel m = Initializer(OnnxTensor.Create<float>("w", [1], 1)); m.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [2], 1)); Save(f, m); }),
        ["cycle"] = (true, f => Save(f, One(new OnnxNode("Add", ["x", "b"], ["a"]), new OnnxNode("Relu", ["a"], ["b"]), new OnnxNode("Relu", ["b"], ["y"])))),
        ["function-recursive"] = (true, f => Save(f, Recursive())),
        ["nesting-deep"] = (true, f => Save(f, Nested(60))),
        ["format-text"] = (true, f => File.WriteAllText(f.File("model.onnx"), "not a model")),
    };

    public static OnnxModel One(params OnnxNode[] nodes)
    {
        OnnxModel model = SmallModels.Model(18);
        model.Graph.Inputs.Add(new("x", s_float));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32)));
        model.Graph.Nodes.AddRange(nodes);
        foreach (string domain in nodes.Select(n => n.Domain).Where(d => d.Length > 0).Distinct())
        {
            model.OperatorSets.Add(new(domain, 1));
        }

        return model;
    }

    private static void Save(TemporaryFolder folder, OnnxModel model) => model.Save(folder.File("model.onnx"), new OnnxWriteOptions { KeepExternalReferences = true });

    private static OnnxTensor ExternalTensor(string location, long count = 4, string offset = "0")
    {
        var tensor = new OnnxTensor { Name = "w", ElementType = OnnxElementType.Float32, Dims = [count], HasExternalData = true };
        tensor.ExternalData["location"] = location;
        tensor.ExternalData["offset"] = offset;
        return tensor;
    }


    private static OnnxModel Initializer(OnnxTensor tensor)
    {
        OnnxModel model = One(new OnnxNode("Relu", ["x"], ["y"]));
        model.Graph.Initializers.Add(tensor);
        return model;
    }

    private static void External(TemporaryFolder folder, string location, long count = 4, string offset = "0") => Save(folder, Initializer(ExternalTensor(location, count, offset)));

    private static OnnxModel ConstantNode(OnnxTensor tensor) => One(new OnnxNode("Constant", [], ["c"]).SetAttribute("value", tensor), new OnnxNode("Relu", ["c"], ["y"]));

    private static OnnxModel InIf(OnnxGraph graph)
    {
        OnnxModel model = One(new OnnxNode("If", ["c"], ["y"]).SetAttribute("then_branch", Branch(graph)).SetAttribute("else_branch", Branch(One(new OnnxNode("Relu", ["x"], ["y"])).Graph)));
        model.Graph.Inputs.Add(new("c", OnnxType.Tensor(OnnxElementType.Bool)));
        return model;
    }

    private static OnnxGraph Branch(OnnxGraph graph)
    {
        var branch = new OnnxGraph { Name = "branch" };
        branch.Nodes.AddRange(graph.Nodes);
        branch.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32)));
        return branch;
    }

    private static OnnxModel InFunction(OnnxTensor tensor)
    {
        OnnxModel model = One(new OnnxNode("F", ["x"], ["y"], domain: "local"));
        var function = new OnnxFunction { Name = "F", Domain = "local", Inputs = { "a" }, Outputs = { "r" }, OperatorSets = { new("", 18) } };
        function.Nodes.Add(new OnnxNode("Constant", [], ["c"]).SetAttribute("value", tensor));
        function.Nodes.Add(new OnnxNode("Add", ["a", "c"], ["r"]));
        model.Functions.Add(function);
        return model;
    }

    private static OnnxModel Recursive()
    {
        OnnxModel model = InFunction(OnnxTensor.Create<float>("w", [1], 1));
        model.OperatorSets.Add(new("other", 1));
        model.Functions[0].OperatorSets.Add(new("local", 1));
        model.Functions[0].Nodes.Add(new OnnxNode("F", ["r"], ["q"], domain: "local"));
        return model;
    }

    private static OnnxModel Sparse(OnnxTensor values)
    {
        OnnxModel model = One(new OnnxNode("Relu", ["x"], ["y"]));
        model.Graph.SparseInitializers.Add(new OnnxSparseTensor { Values = values, Indices = OnnxTensor.Create<long>("", [0, 1, 2, 3], 4), Dims = [8] });
        return model;
    }

    private static OnnxModel Training(OnnxTensor tensor)
    {
        OnnxModel model = One(new OnnxNode("Relu", ["x"], ["y"]));
        var training = new OnnxTrainingInfo { Initialization = new OnnxGraph { Name = "init" } };
        training.Initialization.Initializers.Add(tensor);
        model.TrainingInfos.Add(training);
        return model;
    }

    private static void Linked(TemporaryFolder folder, bool outside)
    {
        string target = outside ? Path.GetFullPath(folder.File("..", Path.GetFileName(folder.Path) + "-outside.bin")) : folder.File("data.bin");
        File.WriteAllBytes(target, new byte[16]);
        File.CreateSymbolicLink(folder.File("link.bin"), target);
        External(folder, "link.bin");
    }

    private static void LinkedFolder(TemporaryFolder folder)
    {
        Directory.CreateSymbolicLink(folder.File("dir"), "/etc");
        External(folder, "dir/passwd");
    }

    private static OnnxModel Made(string operation, long[] shape)
    {
        OnnxModel model = One(new OnnxNode(operation, ["s"], ["y"]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("s", shape, shape.Length));
        return model;
    }

    private static OnnxModel Of(string operation, long[] parameter)
    {
        OnnxModel model = One(new OnnxNode("Constant", [], ["p"]).SetAttribute("value", OnnxTensor.Create<long>("", parameter, parameter.Length)), new OnnxNode(operation, ["x", "p"], ["y"]));
        return model;
    }

    private static OnnxModel Resize()
    {
        OnnxModel model = One(new OnnxNode("Resize", ["x", "", "s"], ["y"]).SetAttribute("mode", "nearest"));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("s", [1e9f], 1));
        return model;
    }

    private static OnnxModel Pad()
    {
        OnnxModel model = One(new OnnxNode("Pad", ["x", "p"], ["y"]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("p", [1L << 40, 1L << 40], 2));
        return model;
    }

    private static OnnxModel Range()
    {
        OnnxModel model = One(new OnnxNode("Range", ["a", "b", "c"], ["r"]), new OnnxNode("Cast", ["r"], ["y"]).SetAttribute("to", 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("a", [0]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("b", [1L << 40]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("c", [1]));
        return model;
    }

    private static OnnxModel Chain(string operation, int length, OnnxElementType type, long opset = 18)
    {
        OnnxModel model = SmallModels.Model(opset);
        model.Graph.Inputs.Add(new("v0", OnnxType.Tensor(type, "n")));
        model.Graph.Outputs.Add(new($"v{length}", OnnxType.Tensor(type)));
        for (int i = 0; i < length; i++)
        {
            var node = new OnnxNode(operation, [$"v{i}", $"v{i}"], [$"v{i + 1}"]);
            model.Graph.Nodes.Add(operation == "Concat" ? node.SetAttribute("axis", 0) : node);
        }

        return model;
    }

    private static OnnxModel Loop(long? trips, string condition)
    {
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.Add(new("i", OnnxType.Tensor(OnnxElementType.Int64)));
        body.Inputs.Add(new("c", OnnxType.Tensor(OnnxElementType.Bool)));
        body.Inputs.Add(new("v", s_float));
        body.Outputs.Add(new("k", OnnxType.Tensor(OnnxElementType.Bool)));
        body.Outputs.Add(new("w", s_float));
        body.Nodes.Add(condition == "true"
            ? new OnnxNode("Constant", [], ["k"]).SetAttribute("value", OnnxTensor.Create<bool>("", [true]))
            : new OnnxNode("Identity", ["c"], ["k"]));
        body.Nodes.Add(new OnnxNode("Relu", ["v"], ["w"]));
        OnnxModel model = One(new OnnxNode("Loop", [trips is null ? "" : "m", "", "x"], ["y"]).SetAttribute("body", body));
        if (trips is { } count)
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<long>("m", [count]));
        }

        return model;
    }

    private static OnnxModel Nested(int depth)
    {
        OnnxModel inner = One(new OnnxNode("Relu", ["x"], ["y"]));
        for (int i = 0; i < depth; i++)
        {
            inner = InIf(inner.Graph);
        }

        return inner;
    }
}
