using Inference.Import;
using Inference.LowRank;
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

        using LowRankLinear layer = LowRankLinear.FromFactors([1f, 0f, 2f, 1f, 0f, 1f], [1f, 2f, 3f, 3f, 2f, 1f], 3, 2, 3);
        Assert.Equal((3, 2, 3, false), (layer.Inputs, layer.Rank, layer.Outputs, layer.IsInt8));
    }

    [Fact]
    public void Run_WhereTheRankSavesNothing_KeepsBothProducts() => Assert.Equal(2, Optimized(Model(rank: 3).ToArray()).Nodes.Count);

    [Fact]
    public void FromMatrix_OfThatRank_GivesItsProduct()
    {
        const int Inputs = 24;
        const int Outputs = 40;
        const int Rank = 5;
        var random = new Random(3);
        float[] a = [.. Enumerable.Range(0, Inputs * Rank).Select(_ => random.NextSingle() - 0.5f)];
        float[] b = [.. Enumerable.Range(0, Rank * Outputs).Select(_ => random.NextSingle() - 0.5f)];
        float[] x = [.. Enumerable.Range(0, 3 * Inputs).Select(_ => random.NextSingle() - 0.5f)];
        var w = new float[Inputs * Outputs];
        for (int i = 0; i < Inputs; i++)
        {
            for (int n = 0; n < Outputs; n++)
            {
                for (int r = 0; r < Rank; r++)
                {
                    w[(i * Outputs) + n] += a[(i * Rank) + r] * b[(r * Outputs) + n];
                }
            }
        }

        foreach (bool int8 in (bool[])[false, true])
        {
            using LowRankLinear layer = LowRankLinear.FromMatrix(w, Inputs, Outputs, Rank, int8: int8);
            var y = new float[3 * Outputs];
            layer.Run(x, y, 3);
            for (int row = 0; row < 3; row++)
            {
                for (int n = 0; n < Outputs; n++)
                {
                    double want = 0;
                    for (int i = 0; i < Inputs; i++)
                    {
                        want += x[(row * Inputs) + i] * w[(i * Outputs) + n];
                    }

                    Assert.Equal(want, y[(row * Outputs) + n], int8 ? 0.05 : 1e-5);
                }
            }
        }
    }

    [Fact]
    public void FromFactors_OfAnotherLength_ErrorSaysWhatWasExpected()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => LowRankLinear.FromFactors([1f], [1f, 2f], 2, 1, 2));
        Assert.StartsWith("Low-rank layer: expected 2 elements (inputs × rank), got 1. Pass the whole array.", error.Message, StringComparison.Ordinal);
    }

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
