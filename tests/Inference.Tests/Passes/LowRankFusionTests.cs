using Inference.Import;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

public sealed class LowRankFusionTests
{
    [Fact]
    public void Run_OnTwoProductsWithConstants_MakesOneNodeOfTheSameValues()
    {
        byte[] bytes = Model(rank: 2).ToArray();
        ModelGraph graph = Optimized(bytes);
        Node node = Assert.Single(graph.Nodes);
        Assert.Equal((Domains.Fused, "LowRank"), (node.Domain, node.OpType));

        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes));
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([1f, 2f, 3f, 0f, 1f, 0f], [2, 3]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([22.5f, 28f, 34f, 7.5f, 14f, 21f], outputs["y"].AsSpan<float>().ToArray());
    }

    [Fact]
    public void Run_WhereTheRankSavesNothing_KeepsBothProducts() => Assert.Equal(2, Optimized(Model(rank: 3).ToArray()).Nodes.Count);

    // y = relu((x × A) × B + bias), A [3, rank], B [rank, 3].
    private static OnnxModel Model(int rank)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("A", rank == 2 ? [1f, 0f, 2f, 1f, 0f, 1f] : [1f, 0f, 0f, 0f, 1f, 0f, 0f, 0f, 1f], 3, rank));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("B", rank == 2 ? [1f, 2f, 3f, 3f, 2f, 1f] : [1f, 2f, 3f, 3f, 2f, 1f, 0f, 0f, 1f], rank, 3));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", [2.5f, 8f, 14f], 3));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", 3)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", 3)));
        model.Graph.Nodes.Add(new("MatMul", ["x", "A"], ["t"]));
        model.Graph.Nodes.Add(new("MatMul", ["t", "B"], ["p"]));
        model.Graph.Nodes.Add(new("Add", ["p", "b"], ["a"]));
        model.Graph.Nodes.Add(new("Relu", ["a"], ["y"]));
        return model;
    }

    private static ModelGraph Optimized(byte[] bytes)
    {
        ModelGraph graph = ModelImporter.Import(OnnxModel.Read(bytes)).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        return graph;
    }
}
