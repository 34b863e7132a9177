using Inference.Loading;
using Inference.Onnx;
using Inference.Tests.Support;
using Inference.TestSupport;

namespace Inference.Tests.Limits;

/// <summary>The digest changes with external data wherever the model names it.</summary>
public sealed class DigestTests
{
    [Theory]
    [InlineData("main")]
    [InlineData("branch")]
    [InlineData("attribute")]
    [InlineData("function")]
    public void Of_ExternalDataChanged_Changes(string where)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("model.onnx");
        byte[] data = [1, 2, 3, 4, 5, 6, 7, 8];
        File.WriteAllBytes(folder.File("data.bin"), data);
        Model(where).Save(path, new OnnxWriteOptions { KeepExternalReferences = true });
        string before = Digest(path);
        Assert.Equal(before, Digest(path));
        data[5] = 0;
        File.WriteAllBytes(folder.File("data.bin"), data);
        Assert.NotEqual(before, Digest(path));
    }

    private static string Digest(string path)
    {
        using OnnxModel model = OnnxModel.Load(path);
        return ModelDigest.Of(model, RunControl.None);
    }

    private static OnnxModel Model(string where)
    {
        OnnxModel model = SmallModels.Model(20);
        var tensor = new OnnxTensor { Name = "t", ElementType = OnnxElementType.Float32, Dims = [2], HasExternalData = true };
        tensor.ExternalData["location"] = "data.bin";
        var graph = new OnnxGraph { Name = "inner" };
        graph.Initializers.Add(tensor);
        switch (where)
        {
            case "main":
                model.Graph.Initializers.Add(tensor);
                break;
            case "branch":
                model.Graph.Nodes.Add(With(new("If", ["c"], ["y"]), OnnxAttribute.FromGraph("then_branch", graph)));
                break;
            case "attribute":
                model.Graph.Nodes.Add(With(new("Constant", [], ["y"]), OnnxAttribute.FromTensor("value", tensor)));
                break;
            default:
                var function = new OnnxFunction { Name = "F", Domain = "local" };
                function.Nodes.Add(With(new("Constant", [], ["y"]), OnnxAttribute.FromTensor("value", tensor)));
                model.Functions.Add(function);
                break;
        }

        return model;
    }

    private static OnnxNode With(OnnxNode node, OnnxAttribute attribute)
    {
        node.Attributes.Add(attribute);
        return node;
    }
}
