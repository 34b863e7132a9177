namespace Inference.Onnx.Tests.Support;

/// <summary>Small valid models of opset 17 and IR version 8.</summary>
internal static class SmallModels
{
    public static OnnxModel New(string name, long opset = 17)
    {
        var model = new OnnxModel { IrVersion = 8, ProducerName = "tests" };
        model.OperatorSets.Add(new OnnxOperatorSet("", opset));
        model.Graph.Name = name;
        return model;
    }

    /// <summary>y = relu(x · w + b), raw weights.</summary>
    public static OnnxModel Linear(int inputs = 4, int outputs = 3)
    {
        var model = New("linear");
        model.Metadata["author"] = "nobody";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "batch", inputs)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "batch", outputs)));
        var weights = new float[inputs * outputs];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = i * 0.25f;
        }

        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", weights, inputs, outputs));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", new float[outputs], outputs));
        model.Graph.Nodes.Add(new OnnxNode("Gemm", ["x", "w", "b"], ["h"], name: "gemm").SetAttribute("alpha", 1f));
        model.Graph.Nodes.Add(new OnnxNode("Relu", ["h"], ["y"]));
        return model;
    }

    /// <summary>Branches, attributes of many kinds, typed data, strings, a sparse constant, a function, metadata.</summary>
    public static OnnxModel Varied()
    {
        var model = New("varied");
        var graph = model.Graph;
        graph.Inputs.Add(new("c", OnnxType.Tensor(OnnxElementType.Bool, new OnnxShape())));
        graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 2, 3)));
        graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 2, 3)));
        graph.Outputs.Add(new("s", OnnxType.Sequence(OnnxType.Tensor(OnnxElementType.Float32, 2, 3))));
        graph.Outputs.Add(new("o", OnnxType.Optional(OnnxType.Tensor(OnnxElementType.Float32, 2, 3))));
        graph.Outputs.Add(new("k", OnnxType.Tensor(OnnxElementType.Float32, 2, 2)));
        graph.Outputs.Add(new("f", OnnxType.Tensor(OnnxElementType.Float32, 2, 3)));
        graph.Outputs.Add(new("t", OnnxType.Tensor(OnnxElementType.String, 2)));
        graph.Nodes.Add(new OnnxNode("If", ["c"], ["y"]).SetAttribute("then_branch", Branch("then", "Abs")).SetAttribute("else_branch", Branch("else", "Neg")));
        graph.Nodes.Add(new OnnxNode("SequenceConstruct", ["x", "y"], ["s"]));
        graph.Nodes.Add(new OnnxNode("Optional", ["x"], ["o"]));
        var sparse = new OnnxSparseTensor { Values = OnnxTensor.Create<float>("", [5, 6], 2), Indices = OnnxTensor.Create<long>("", [0, 3], 2), Dims = [2, 2] };
        graph.Nodes.Add(new OnnxNode("Constant", [], ["k"]).SetAttribute(OnnxAttribute.FromSparseTensor("sparse_value", sparse)));
        graph.Nodes.Add(new OnnxNode("Constant", [], ["t"]).SetAttribute("value_strings", ["a", "größe"]));
        graph.Nodes.Add(new OnnxNode("Twice", ["x"], ["f"], domain: "local"));
        graph.Initializers.Add(new OnnxTensor { Name = "typed", ElementType = OnnxElementType.Int8, Dims = [3], Int32Data = [-1, 2, 127] });
        graph.Initializers.Add(new OnnxTensor { Name = "half", ElementType = OnnxElementType.Float16, Dims = [2], Int32Data = [0x3C00, 0xC000] });
        graph.Initializers.Add(new OnnxTensor { Name = "unsigned", ElementType = OnnxElementType.UInt32, Dims = [1], UInt64Data = [4_000_000_000] });
        graph.Initializers.Add(OnnxTensor.FromStrings("words", ["one", "", "zwei"], 3));
        graph.QuantizationAnnotations.Add(new() { TensorName = "x", ParameterTensorNames = { ["SCALE_TENSOR"] = "half" } });
        var function = new OnnxFunction { Name = "Twice", Domain = "local", Inputs = { "a" }, Outputs = { "r" }, OperatorSets = { new("", 17) } };
        function.Nodes.Add(new OnnxNode("Add", ["a", "a"], ["r"]));
        model.Functions.Add(function);
        model.OperatorSets.Add(new("local", 1));
        return model;
    }

    private static OnnxGraph Branch(string name, string op)
    {
        var graph = new OnnxGraph { Name = name };
        graph.Nodes.Add(new OnnxNode(op, ["x"], [name + "_y"]));
        graph.Outputs.Add(new(name + "_y", OnnxType.Tensor(OnnxElementType.Float32, 2, 3)));
        return graph;
    }
}
