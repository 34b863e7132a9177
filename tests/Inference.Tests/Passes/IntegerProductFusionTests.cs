using Inference.Import;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

public sealed class IntegerProductFusionTests
{
    private const int M = 3;
    private const int K = 10;
    private const int N = 18;

    [Theory]
    [InlineData(false, N)]
    [InlineData(true, N)]
    [InlineData(false, 1)]
    public void Run_OnAScaledProduct_MakesOneNodeOfTheSameFloats(bool integerBias, int scales)
    {
        byte[] joined = Model(integerBias, scales, stepsAreOutputs: false);
        ModelGraph graph = Optimized(joined);
        Assert.Equal(["DynamicQuantizeLinear", "IntegerLinear"], graph.Nodes.Select(n => n.OpType));
        Assert.Equal(Results(Model(integerBias, scales, stepsAreOutputs: true)), Results(joined));
    }

    [Fact]
    public void Run_WhereTheProductIsAnOutput_KeepsTheNodes() =>
        Assert.DoesNotContain(Optimized(Model(true, N, stepsAreOutputs: true)).Nodes, n => n.OpType == "IntegerLinear");

    private static byte[] Model(bool integerBias, int scales, bool stepsAreOutputs)
    {
        var random = new Random(7);
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, M, K)));
        model.Graph.Initializers.Add(OnnxTensor.Create<sbyte>("b", [.. Enumerable.Range(0, K * N).Select(_ => (sbyte)random.Next(-128, 128))], K, N));
        model.Graph.Initializers.Add(OnnxTensor.Create<sbyte>("zb", [.. Enumerable.Range(0, N).Select(j => (sbyte)(j - 5))], N));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("sb", [.. Enumerable.Range(0, scales).Select(_ => random.NextSingle())], scales));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("bias", [.. Enumerable.Range(0, N).Select(_ => random.NextSingle() * 40)], N));
        model.Graph.Initializers.Add(OnnxTensor.Create<int>("c", [.. Enumerable.Range(0, N).Select(j => 11 * j)], N));
        model.Graph.Nodes.Add(new("DynamicQuantizeLinear", ["x"], ["q", "sa", "za"]));
        model.Graph.Nodes.Add(new("MatMulInteger", ["q", "b", "za", "zb"], ["i"]));
        if (integerBias)
        {
            model.Graph.Nodes.Add(new("Add", ["i", "c"], ["ic"]));
        }

        var cast = new OnnxNode("Cast", [integerBias ? "ic" : "i"], ["f"]);
        cast.Attributes.Add(OnnxAttribute.FromInt("to", 1));
        model.Graph.Nodes.Add(cast);
        model.Graph.Nodes.Add(new("Mul", ["sb", "sa"], ["s"]));
        model.Graph.Nodes.Add(new("Mul", ["f", "s"], ["m"]));
        model.Graph.Nodes.Add(new("Add", ["m", "bias"], ["n"]));
        model.Graph.Nodes.Add(new("Relu", ["n"], ["y"]));
        foreach (string name in stepsAreOutputs ? (string[])["y", "f", "m", "n"] : ["y"])
        {
            model.Graph.Outputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, M, N)));
        }

        return model.ToArray();
    }

    private static float[] Results(byte[] model)
    {
        var random = new Random(9);
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([.. Enumerable.Range(0, M * K).Select(_ => random.NextSingle() - 0.4f)], [M, K]) };
        using NamedValues outputs = runner.Run(inputs);
        return outputs["y"].AsSpan<float>().ToArray();
    }

    private static ModelGraph Optimized(byte[] bytes)
    {
        ModelGraph graph = ModelImporter.Import(OnnxModel.Read(bytes)).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        return graph;
    }
}
