using Inference.Import;
using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

public sealed class EmbeddingFusionTests
{
    private const int Rows = 5, Width = 11;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_CodesScalesAndBiasesByOneIndex_MakesOneNodeOfTheSameValues(bool swapped)
    {
        byte[] bytes = Model(swapped, "ids").ToArray();
        Node node = Assert.Single(Optimized(bytes).Nodes);
        Assert.Equal((Domains.Fused, "QGather"), (node.Domain, node.OpType));

        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(bytes));
        long[] ids = [4, 0, -2, 3, 3, 1];
        using var inputs = new NamedValues { ["ids"] = TensorValue.Copy(ids, [2, 3]), ["others"] = TensorValue.Copy(ids, [2, 3]) };
        using NamedValues outputs = runner.Run(inputs);
        Assert.Equal([2, 3, Width], outputs["y"].Shape.ToArray());
        for (int i = 0; i < ids.Length * Width; i++)
        {
            long row = ids[i / Width] < 0 ? ids[i / Width] + Rows : ids[i / Width];
            Assert.Equal((Code(row, i % Width) * Scale(row)) + Bias(row), outputs["y"].AsSpan<float>()[i]);
        }
    }

    [Fact]
    public void Run_BiasesByAnotherIndex_KeepsTheNodes() => Assert.Equal(6, Optimized(Model(false, "others").ToArray()).Nodes.Count);

    [Theory]
    [InlineData(Rows)]
    [InlineData(-Rows - 1)]
    public void Run_IdOutOfRange_NamesIt(long id)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Model(false, "ids").ToArray()));
        using var inputs = new NamedValues { ["ids"] = TensorValue.Copy<long>([0, id, 9], [1, 3]), ["others"] = TensorValue.Copy<long>([0, 0, 0], [1, 3]) };
        Assert.Contains($"got {id} at position 1", Assert.ThrowsAny<InferenceException>(() => runner.Run(inputs)).Message, StringComparison.Ordinal);
    }

    // Rounded, as an element is: the product before the sum.
    private static float Scale(long row) => 0.1f + (row * 0.3f);

    private static float Bias(long row) => -1.7f * row;

    private static byte Code(long row, int column) => (byte)((row * 37) + (column * 23));

    private static OnnxModel Model(bool swapped, string biasIds)
    {
        OnnxModel model = SmallModels.Model(13);
        byte[] codes = [.. Enumerable.Range(0, Rows * Width).Select(static i => Code(i / Width, i % Width))];
        model.Graph.Initializers.Add(OnnxTensor.FromBytes("codes", OnnxElementType.UInt8, codes, Rows, Width));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("scales", [.. Enumerable.Range(0, Rows).Select(static r => Scale(r))], Rows, 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("biases", [.. Enumerable.Range(0, Rows).Select(static r => Bias(r))], Rows, 1));
        model.Graph.Inputs.Add(new("ids", OnnxType.Tensor(OnnxElementType.Int64, "n", "t")));
        model.Graph.Inputs.Add(new("others", OnnxType.Tensor(OnnxElementType.Int64, "n", "t")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", "t", Width)));
        model.Graph.Nodes.Add(new("Gather", ["codes", "ids"], ["g"]));
        model.Graph.Nodes.Add(new OnnxNode("Cast", ["g"], ["c"]).SetAttribute("to", (long)OnnxElementType.Float32));
        model.Graph.Nodes.Add(new("Gather", ["scales", "ids"], ["s"]));
        model.Graph.Nodes.Add(new("Mul", swapped ? ["s", "c"] : ["c", "s"], ["p"]));
        model.Graph.Nodes.Add(new("Gather", ["biases", biasIds], ["b"]));
        model.Graph.Nodes.Add(new("Add", swapped ? ["b", "p"] : ["p", "b"], ["y"]));
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
