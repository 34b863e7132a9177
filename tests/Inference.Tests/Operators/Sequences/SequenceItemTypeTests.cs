using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Operators.Sequences;

public sealed class SequenceItemTypeTests
{
    // A sum over all axes has a planned place of 4 bytes for a float; items of doubles would fill 8.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_ItemsOfAnotherTypeThanDeclared_AreRefused(bool mixed)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("s", OnnxType.Sequence(OnnxType.Tensor(OnnxElementType.Float32))));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("at", [mixed ? 1L : 0L]));
        model.Graph.Nodes.Add(new("SequenceAt", ["s", "at"], ["x"]));
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("flat", [-1L], 1));
        model.Graph.Nodes.Add(new("Reshape", ["x", "flat"], ["v"]));
        var sum = new OnnxNode("ReduceSum", ["v"], ["y"]);
        sum.Attributes.Add(OnnxAttribute.FromInt("keepdims", 0));
        model.Graph.Nodes.Add(sum);
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32)));
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
        ModelValue[] items = mixed
            ? [TensorValue.Copy<float>([1], [1]), TensorValue.Copy<double>([1, 2], [2])]
            : [TensorValue.Copy<double>([1, 2], [2])];
        Assert.ThrowsAny<InferenceException>(() =>
        {
            using var inputs = new NamedValues();
            inputs.Add("s", new SequenceValue(items));
            using NamedValues outputs = runner.Run(inputs);
        });
    }
}
