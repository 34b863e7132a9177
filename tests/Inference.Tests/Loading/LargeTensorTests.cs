using Inference.Onnx;
using Inference.Tests.Support;
using Inference.TestSupport;

namespace Inference.Tests.Loading;

/// <summary>Tensors of more than 2³¹ bytes.</summary>
[Collection(nameof(LargeTensorTests))]
[CollectionDefinition(nameof(LargeTensorTests), DisableParallelization = true)]
public sealed class LargeTensorTests
{
    private const long Rows = 1_100_000;
    private const long Columns = 512;
    private const long Bytes = Rows * Columns * sizeof(float);

    [LargeMemoryFact]
    public void Allocate_MoreThanASpanOfBytes_IsReadByElementsAndByRows()
    {
        using TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [Rows, Columns]);
        Span<float> elements = tensor.AsWritableSpan<float>();
        Assert.Equal(Rows * Columns, elements.Length);
        elements[^1] = 7;
        using TensorValue last = tensor.Rows((int)Rows - 1, 1);
        Assert.Equal(7f, last.AsSpan<float>()[(int)Columns - 1]);
        Assert.Equal(7f, BitConverter.ToSingle(last.AsBytes()[^4..]));
        Assert.Contains("Read the tensor as its own type with AsSpan, or in parts with Rows.", Assert.Throws<InferenceException>(() => { _ = tensor.AsBytes(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Allocate_MoreElementsThanASpan_IsRefused() => Assert.Contains(
        "a tensor can have at most", Assert.Throws<InferenceException>(() => TensorValue.Allocate(ElementType.UInt8, [1L << 31])).Message, StringComparison.Ordinal);

    [Fact]
    public void Allocate_MoreMemoryThanThereIs_IsAnErrorOfOurs() => Assert.Throws<InferenceException>(() => TensorValue.Allocate(ElementType.Complex128, [(1L << 31) - 1000, 1]).Dispose());

    [LargeMemoryFact]
    public void Load_LargeExternalWeights_AreReadInPlace()
    {
        using var folder = new TemporaryFolder();
        using (FileStream weights = File.Create(folder.File("w.bin")))
        {
            // All zeros but the last row.
            weights.SetLength(Bytes);
            weights.Position = Bytes - sizeof(float);
            weights.Write(BitConverter.GetBytes(3f));
        }

        OnnxModel model = SmallModels.Model(13);
        var tensor = new OnnxTensor { Name = "W", ElementType = OnnxElementType.Float32, Dims = [Rows, Columns], HasExternalData = true };
        tensor.ExternalData["location"] = "w.bin";
        model.Graph.Initializers.Add(tensor);
        model.Graph.Inputs.Add(new("i", OnnxType.Tensor(OnnxElementType.Int64, "n")));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", Columns)));
        model.Graph.Nodes.Add(new("Gather", ["W", "i"], ["y"]));
        model.Save(folder.File("m.onnx"), new OnnxWriteOptions { KeepExternalReferences = true });
        using IModelRunner runner = ModelRunner.Load(folder.File("m.onnx"));
        using var inputs = new NamedValues { ["i"] = TensorValue.Copy<long>([Rows - 1, 0], [2]) };
        using NamedValues outputs = runner.Run(inputs);
        ReadOnlySpan<float> y = outputs["y"].AsSpan<float>();
        Assert.Equal(3f, y[(int)Columns - 1]);
        Assert.Equal(0f, y[^1]);
    }

    [LargeMemoryFact]
    public void Run_LargeOutput_IsGiven()
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("s", [Rows, Columns], 2));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, Rows, Columns)));
        model.Graph.Nodes.Add(new("Expand", ["x", "s"], ["y"]));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()), new ModelLoadOptions { MaxMemoryBytes = 4L << 30 });
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([5f], [1]) };
        using NamedValues outputs = runner.Run(inputs);
        ReadOnlySpan<float> y = outputs["y"].AsSpan<float>();
        Assert.Equal(Rows * Columns, y.Length);
        Assert.Equal(5f, y[0]);
        Assert.Equal(5f, y[^1]);
    }
}
