using Inference.Import;
using Inference.Onnx;
using Inference.TestSupport;
using Inference.Tests.Support;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Passes;

public sealed class PassPipelineTests
{
    [Fact]
    public void Run_OnADenseLayer_LeavesOneNode()
    {
        ModelGraph graph = Optimized(OnnxModel.Read(SmallModels.Dense()));
        Node node = Assert.Single(graph.Nodes);
        Assert.Equal("Linear", node.OpType);
        Assert.Equal("Relu", node.Attributes.Items["activation"].ToString());
        Assert.True(node.HasInput(2));
    }

    [Fact]
    public void Run_OnAResidualThatBroadcasts_KeepsTheAdd()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("W", [1f, 2f, 3f, 4f], 2, 2));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Inputs.Add(new("r", OnnxType.Tensor(OnnxElementType.Float32, 1, 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 2)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "r"], ["y"]));
        ModelGraph graph = Optimized(model);
        Assert.Equal(["MatMul", "Add"], graph.Nodes.Select(n => n.OpType));
    }

    [Fact]
    public void Run_OnIdentitiesAndDeadNodes_RemovesThem()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n")));
        model.Graph.Nodes.Add(new("Identity", ["x"], ["i"]));
        model.Graph.Nodes.Add(new("Exp", ["i"], ["unused"]));
        model.Graph.Nodes.Add(new("Neg", ["i"], ["y"]));
        ModelGraph graph = Optimized(model);
        Assert.Equal(["Neg"], graph.Nodes.Select(n => n.OpType));
    }

    [Fact]
    public void Run_OnALayerNormWrittenOut_MakesOneOperator()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("two", [2f]));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("eps", [1e-5f]));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("g", [1f, 2f, 3f, 4f], 4));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", [0f, 1f, 0f, 1f], 4));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 4)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 4)));
        AddMean(model, "x", "mean");
        model.Graph.Nodes.Add(new("Sub", ["x", "mean"], ["d"]));
        model.Graph.Nodes.Add(new("Pow", ["d", "two"], ["d2"]));
        AddMean(model, "d2", "var");
        model.Graph.Nodes.Add(new("Add", ["var", "eps"], ["ve"]));
        model.Graph.Nodes.Add(new("Sqrt", ["ve"], ["s"]));
        model.Graph.Nodes.Add(new("Div", ["d", "s"], ["q"]));
        model.Graph.Nodes.Add(new("Mul", ["q", "g"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "b"], ["y"]));
        byte[] bytes = model.ToArray();
        Node node = Assert.Single(Optimized(OnnxModel.Read(bytes)).Nodes);
        Assert.Equal("LayerNormalization", node.OpType);

        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1f, 2f, 3f, 4f], [1, 4]) };
        using NamedValues outputs = runner.Run(inputs);
        float unit = 1f / MathF.Sqrt(1.25f + 1e-5f);
        float[] expected = [-1.5f * unit, -0.5f * unit * 2f + 1f, 0.5f * unit * 3f, 1.5f * unit * 4f + 1f];
        Assert.All(expected.Zip(outputs["y"].AsSpan<float>().ToArray()), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void Run_OnHalfWeights_ComputesInSingleBetweenTwoCasts()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<Half>("W", [(Half)1, (Half)2, (Half)3, (Half)4], 2, 2));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float16, "n", 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float16, "n", 2)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "W"], ["m"]));
        model.Graph.Nodes.Add(new("Relu", ["m"], ["y"]));
        byte[] bytes = model.ToArray();
        Assert.Equal(["Cast", "Linear", "Cast"], Optimized(OnnxModel.Read(bytes)).Nodes.Select(n => n.OpType));

        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<Half>([(Half)1, (Half)(-1), (Half)0.5f, (Half)2], [2, 2]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([(Half)0, (Half)0, (Half)6.5f, (Half)9], outputs["y"].AsSpan<Half>().ToArray());
    }

    [Fact]
    public void Run_OnAHalfOperatorWithoutWeights_KeepsItsType()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float16, "n", 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float16, "n", 2)));
        model.Graph.Nodes.Add(new("Relu", ["x"], ["y"]));
        Assert.Equal(["Relu"], Optimized(model).Nodes.Select(n => n.OpType));
    }

    [SharedDataTheory]
    [MemberData(nameof(Models))]
    public void Run_OnARealModel_KeepsEveryRuleAfterEachPass(string name)
    {
        using OnnxModel model = OnnxModel.Load(TestData.Path("models", name, "model.onnx"));
        ModelGraph graph = Optimized(model);
        Assert.NotEmpty(graph.Outputs);
    }

    public static TheoryData<string> Models()
    {
        var names = new TheoryData<string>();
        string folder = Path.Combine(TestData.Root ?? "", "models");
        foreach (string model in Directory.Exists(folder) ? Directory.GetFiles(folder, "model.onnx", SearchOption.AllDirectories) : [])
        {
            names.Add(Path.GetFileName(Path.GetDirectoryName(model))!);
        }

        if (names.Count == 0)
        {
            names.Add("none");
        }

        return names;
    }

    private static void AddMean(OnnxModel model, string input, string output)
    {
        var node = new OnnxNode("ReduceMean", [input], [output]);
        node.SetAttribute("axes", [-1L]);
        model.Graph.Nodes.Add(node);
    }

    internal static ModelGraph Optimized(OnnxModel model)
    {
        ModelGraph graph = ModelImporter.Import(model).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        return graph;
    }
}
