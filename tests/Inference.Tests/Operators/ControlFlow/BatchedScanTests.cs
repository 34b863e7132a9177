using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Operators.ControlFlow;

public sealed class BatchedScanTests
{
    private static readonly OnnxType s_float = OnnxType.Tensor(OnnxElementType.Float32);
    private static readonly OnnxType s_long = OnnxType.Tensor(OnnxElementType.Int64);

    [Fact]
    public void Run_PastTheEndOfASequence_OutputsAreZero()
    {
        (float[] last, float[] all) = Run([1, 2], [1, 1, 1, 1], 2, 2);
        Assert.Equal([1f, 1], last);
        Assert.Equal([1f, 0, 1, 1], all);
    }

    [Theory]
    [InlineData(new long[] { 0, 0 })]
    [InlineData(new long[] { 1, 3 })]
    [InlineData(new long[] { 1, -1 })]
    [InlineData(new long[] { 1 })]
    public void Run_LengthsThatAreNone_AreRefused(long[] lengths)
    {
        var error = Assert.Throws<InvalidInputException>(() => Run(lengths, [1, 1, 1, 1], 2, 2));
        Assert.Contains("sequence_lens: expected", error.Message, StringComparison.Ordinal);
        Assert.True(error.InnerException is null or InferenceException);
    }

    // The shape of a step's output follows from data: larger items than the first must not be written.
    [Theory]
    [InlineData(new long[] { 2, 2 }, new long[] { 1, 3, 1, 1 })]
    [InlineData(new long[] { 1, 1 }, new long[] { 1, 1, 3, 1 })]
    public void Run_StepsOfOtherShapes_AreRefused(long[] lengths, long[] sizes)
    {
        var error = Assert.Throws<InvalidInputException>(() => Run(lengths, sizes, 2, 2));
        Assert.Contains("expected the same shape from every", error.Message, StringComparison.Ordinal);
        Assert.True(error.InnerException is null or InferenceException);
    }

    // Each step's output, and the state after it, is as many ones as the step's element says.
    private static (float[] Last, float[] All) Run(long[] lengths, long[] sizes, long batch, long steps)
    {
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.AddRange([new("s", s_float), new("size", s_long)]);
        body.Initializers.Add(OnnxTensor.Create<float>("one", [1f]));
        body.Nodes.Add(new("Expand", ["one", "size"], ["s2"]));
        body.Nodes.Add(new("Expand", ["one", "size"], ["o"]));
        body.Outputs.AddRange([new("s2", s_float), new("o", s_float)]);
        var node = new OnnxNode("Scan", ["lengths", "start", "sizes"], ["last", "all"]);
        node.Attributes.Add(OnnxAttribute.FromGraph("body", body));
        node.Attributes.Add(OnnxAttribute.FromInt("num_scan_inputs", 1));
        OnnxModel model = SmallModels.Model(8);
        model.Graph.Nodes.Add(node);
        model.Graph.Inputs.AddRange([new("lengths", s_long), new("start", s_float), new("sizes", s_long)]);
        model.Graph.Outputs.AddRange([new("last", s_float), new("all", s_float)]);
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        using var inputs = new NamedValues();
        inputs.Add("lengths", TensorValue.Copy<long>(lengths, [lengths.Length]));
        inputs.Add("start", TensorValue.Copy<float>(new float[batch], [batch, 1]));
        inputs.Add("sizes", TensorValue.Copy<long>(sizes, [batch, steps, 1]));
        using NamedValues outputs = runner.Run(inputs);
        return (outputs["last"].AsSpan<float>().ToArray(), outputs["all"].AsSpan<float>().ToArray());
    }
}
