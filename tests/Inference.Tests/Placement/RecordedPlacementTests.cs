using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Placement;

/// <summary>The record of a call tells which providers ran it.</summary>
public sealed class RecordedPlacementTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_Record_StatesNodesByProvider(bool placed)
    {
        OnnxModel model = SmallModels.Model(17);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 2)));
        model.Graph.Nodes.Add(new("Exp", ["x"], ["e"]));
        model.Graph.Nodes.Add(new("Relu", ["e"], ["y"]));
        var options = new ModelLoadOptions();
        if (placed)
        {
            options.Providers.Add("other");
        }

        using IModelRunner runner = new ModelLoader([new PartProvider("other", "Exp")]).Load(ModelSource.Bytes(model.ToArray()), options);
        using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([0f, 0f], [2]) };
        var context = new RunContext();
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Equal(placed ? "other: 1 node in 1 part; cpu: 1 node" : null, context.Record.Placement);
    }
}
