using Inference.Import;
using Inference.Onnx;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Passes;

public sealed class CommonSubexpressionsTests
{
    [Fact]
    public void Run_EqualNodesOfReplacedValues_AreOne()
    {
        // The second pair is equal only once the first is one.
        OnnxModel model = Model("a", "b");
        Add(model, "Exp", "x", "e1");
        Add(model, "Exp", "x", "e2");
        Add(model, "Sin", "e1", "s1");
        Add(model, "Sin", "e2", "s2");
        Add(model, "Neg", "s1", "a");
        Add(model, "Abs", "s2", "b");
        Assert.Equal(["Abs", "Exp", "Neg", "Sin"], Types(model));
    }

    [Fact]
    public void Run_EqualSmallConstants_AreOne()
    {
        OnnxModel model = Model("a", "b");
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("c1", [2f]));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("c2", [2f]));
        model.Graph.Nodes.Add(new("Pow", ["x", "c1"], ["p1"]));
        model.Graph.Nodes.Add(new("Pow", ["x", "c2"], ["p2"]));
        Add(model, "Neg", "p1", "a");
        Add(model, "Abs", "p2", "b");
        Assert.Equal(["Abs", "Neg", "Pow"], Types(model));
    }

    [Theory]
    [InlineData(0.5f, 0.25f)]
    [InlineData(0f, -0f)]
    public void Run_AttributesThatDiffer_KeepBoth(float first, float second)
    {
        OnnxModel model = Model("a", "b");
        model.Graph.Nodes.Add(new("Elu", ["x"], ["e1"]) { Attributes = { OnnxAttribute.FromFloat("alpha", first) } });
        model.Graph.Nodes.Add(new("Elu", ["x"], ["e2"]) { Attributes = { OnnxAttribute.FromFloat("alpha", second) } });
        Add(model, "Neg", "e1", "a");
        Add(model, "Abs", "e2", "b");
        Assert.Equal(["Abs", "Elu", "Elu", "Neg"], Types(model));
    }

    [Fact]
    public void Run_ConstantsOfEqualBytesAndOtherShape_KeepBoth()
    {
        OnnxModel model = Model("a", "b");
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("c1", [2f], 1));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("c2", [2f], 1, 1, 1));
        model.Graph.Nodes.Add(new("Pow", ["x", "c1"], ["p1"]));
        model.Graph.Nodes.Add(new("Pow", ["x", "c2"], ["p2"]));
        Add(model, "Neg", "p1", "a");
        Add(model, "Abs", "p2", "b");
        Assert.Equal(["Abs", "Neg", "Pow", "Pow"], Types(model));
    }

    private static OnnxModel Model(params string[] outputs)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 2, 2)));
        foreach (string output in outputs)
        {
            model.Graph.Outputs.Add(new(output, OnnxType.Tensor(OnnxElementType.Float32)));
        }

        return model;
    }

    private static void Add(OnnxModel model, string type, string input, string output) => model.Graph.Nodes.Add(new(type, [input], [output]));

    private static IEnumerable<string> Types(OnnxModel model) => PassPipelineTests.Optimized(model).Nodes.Select(n => n.OpType).Order(StringComparer.Ordinal);
}
