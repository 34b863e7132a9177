using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators;

/// <summary>Inputs shorter than an operator reads are refused, not read beyond their end.</summary>
public sealed class InputShapeTests
{
    private static readonly Tensor s_heads = T(new float[4], 1, 2, 2, 1);

    [Fact]
    public void Regression_Attention_ShortValues_AreRefused() =>
        Refused("positions of K and V: expected equal sizes, got 2 and 1.", "Attention", s_heads, s_heads, T(new float[2], 1, 2, 1, 1));

    [Fact]
    public void Regression_Attention_MaskOfAnotherShape_IsRefused() =>
        Refused("input 3: expected a shape that broadcasts to [1,2,2,2], got [3,2].", "Attention", s_heads, s_heads, s_heads, T(new float[6], 3, 2));

    [Fact]
    public void Regression_LayerNormalization_ScaleThatWidens_IsRefused() =>
        Refused("input 1: expected a shape that broadcasts to [2,1], got [3].", "LayerNormalization", T(new float[2], 2, 1), T(new float[3]));

    [Fact]
    public void Regression_Conv_ShortBias_IsRefused() =>
        Refused("input 2 (B): expected shape [M] with N = 1, C = 1, M = 2, D = [2], got [1].", "Conv", T(new float[2], 1, 1, 2), T(new float[2], 2, 1, 1), T([1f]));

    [Fact]
    public void Regression_Loss_ShortWeights_AreRefused() =>
        Refused("input 2 (weight): expected shape [C] with N = 1, C = 2, D = [], got [1].", "NegativeLogLikelihoodLoss", T(new float[2], 1, 2), T<long>([0]), T([1f]));

    [Fact]
    public void Regression_ZeroPoint_Empty_IsRefused() =>
        Refused("input 2 (x_zero_point): expected shape [] or [1]", "ConvInteger", T<byte>([1], 1, 1, 1), T<byte>([1], 1, 1, 1), T(Array.Empty<byte>()));

    private static void Refused(string expected, string op, params EngineValue?[] inputs) =>
        Assert.Contains(expected, Assert.ThrowsAny<InferenceException>(() => Run(op, inputs)).Message, StringComparison.Ordinal);
}
