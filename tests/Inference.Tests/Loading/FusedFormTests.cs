using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>What rewrites add to operators of the standard is not for files; errors of a node say it once.</summary>
public sealed class FusedFormTests
{
    [Fact]
    public void Load_ConvWithAnAddend_IsRefused() => Refused("y = Conv(x, f:2x2x1x1, f:2, z)", "node Conv → 'y': expected at most 3 inputs and no attribute 'activation', got 4 inputs. Use the fused operator of com.microsoft.");

    [Theory]
    [InlineData("y = Conv(x, f:2x2x1x1)", "Conv")]
    [InlineData("r = Reshape(x, [2, -1]); y = Gemm(r, r) transB=1", "Gemm")]
    public void Load_AnActivationInTheStandardsDomain_IsRefused(string text, string op)
    {
        OnnxModel model = ModelText.Read("x: 1,2,3,3; z: 1,2,3,3", text);
        OnnxNode node = model.Graph.Nodes[^1].SetAttribute("activation", "Relu");
        Refused(model, $"node {op} → 'y': expected at most 3 inputs and no attribute 'activation', got {node.Inputs.Count} inputs and the attribute.");
    }

    [Fact]
    public void Load_AttributeOutOfItsRange_NamesTheNodeOnce()
    {
        OnnxModel model = ModelText.Read("x: 2,2", "y = Cast(x) to=99");
        var error = Assert.Throws<ModelLoadException>(() => Load(model));
        Assert.Equal(error.Message.IndexOf("node Cast", StringComparison.Ordinal), error.Message.LastIndexOf("node Cast", StringComparison.Ordinal));
    }

    private static void Refused(string text, string says) => Refused(ModelText.Read("x: 1,2,3,3; z: 1,2,3,3", text), says);

    private static void Refused(OnnxModel model, string says) => Assert.Contains(says, Assert.Throws<ModelLoadException>(() => Load(model)).Message, StringComparison.Ordinal);

    private static void Load(OnnxModel model)
    {
        using (model)
        using (ModelRunner.Load(ModelSource.Bytes(model.ToArray())))
        {
        }
    }
}
