using Inference.TestSupport;

namespace Inference.Onnx.Tests;

public class SharedModelTests
{
    public static TheoryData<string> ModelFiles()
    {
        var data = new TheoryData<string>();
        if (TestData.SkipReason("models") is null)
        {
            data.AddRange([.. Directory.EnumerateFiles(TestData.Path("models"), "*.onnx", SearchOption.AllDirectories)
                .Select(f => Path.GetRelativePath(TestData.Path("models"), f)).Order(StringComparer.Ordinal)]);
        }

        return data;
    }

    [SharedDataTheory("models")]
    [MemberData(nameof(ModelFiles))]
    public void Load_SharedModel_HasNodesAndReadableConstants(string file)
    {
        using var model = OnnxModel.Load(TestData.Path("models", file));
        Assert.NotEmpty(model.Graph.Nodes);
        Assert.NotNull(model.GetOperatorSetVersion() ?? model.GetOperatorSetVersion("ai.onnx.ml"));
        foreach (var tensor in model.Graph.Initializers.Where(t => t.ElementType != OnnxElementType.String))
        {
            Assert.Equal(tensor.ByteCount, tensor.GetBytes().Length);
        }
    }
}
