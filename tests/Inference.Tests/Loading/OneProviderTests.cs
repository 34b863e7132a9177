using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>Loading whole models on one provider.</summary>
public class OneProviderTests
{
    [Fact]
    public void Only_NodesNotClaimed_ListsThem()
    {
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => ModelLoader.Only(new PartProvider("other", "Mul")).Load(ModelSource.Bytes(Model())));
        Assert.Equal(["ai.onnx.Add-20"], error.Operators);
        Assert.Contains("the provider 'other' does not claim all nodes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_ProviderFails_IsALoadErrorWithItsOperators()
    {
        var provider = new PartProvider("other") { Compiles = _ => throw new ProviderException("It has no Add.") { UnsupportedOperators = ["ai.onnx.Add-20"] } };
        Assert.Equal(["ai.onnx.Add-20"], Assert.Throws<UnsupportedModelException>(() => ModelLoader.Only(provider).Load(ModelSource.Bytes(Model()))).Operators);
        provider = new PartProvider("other") { Compiles = _ => throw new ProviderException("It is out of order.") };
        Assert.Contains("It is out of order.", Assert.Throws<ModelLoadException>(() => ModelLoader.Only(provider).Load(ModelSource.Bytes(Model()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_OtherProviderNamed_IsRefused()
    {
        var options = new ModelLoadOptions { Providers = { "cpu" } };
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => ModelLoader.Only(new PartProvider("other")).Load(ModelSource.Bytes(Model()), options));
        Assert.Contains("Provider 'cpu' was requested from a loader that runs models only on 'other'", error.Message, StringComparison.Ordinal);
        using IModelRunner runner = ModelLoader.Only(new PartProvider("other")).Load(ModelSource.Bytes(Model()), new ModelLoadOptions { Providers = { "other" } });
        Assert.Equal("other", runner.Info.Provider);
    }

    private static byte[] Model()
    {
        OnnxModel model = SmallModels.Model(20);
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, 2)));
        model.Graph.Outputs.Add(new OnnxValueInfo("y", OnnxType.Tensor(OnnxElementType.Float32, 2)));
        model.Graph.Nodes.Add(new OnnxNode("Add", ["x", "x"], ["y"]));
        return model.ToArray();
    }
}
