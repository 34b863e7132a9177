using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Elementwise;

public sealed class UnaryTests
{
    [Theory]
    [InlineData("Relu", new[] { -1f, 0f, 2f }, new[] { 0f, 0f, 2f })]
    [InlineData("LeakyRelu", new[] { -1f, 2f }, new[] { -0.01f, 2f })]
    [InlineData("Elu", new[] { -1f, 2f }, new[] { -0.63212055f, 2f })]
    [InlineData("Selu", new[] { -1f, 2f }, new[] { -1.1113307f, 2.101402f })]
    [InlineData("Celu", new[] { -1f, 2f }, new[] { -0.63212055f, 2f })]
    [InlineData("Sigmoid", new[] { 0f, 1f, -200f }, new[] { 0.5f, 0.7310586f, 0f })]
    [InlineData("HardSigmoid", new[] { -5f, 0f, 1f }, new[] { 0f, 0.5f, 0.7f })]
    [InlineData("HardSwish", new[] { -4f, 0f, 3f }, new[] { 0f, 0f, 3f })]
    [InlineData("Softplus", new[] { 0f, 100f }, new[] { 0.6931472f, 100f })]
    [InlineData("Softsign", new[] { -1f, 3f }, new[] { -0.5f, 0.75f })]
    [InlineData("ThresholdedRelu", new[] { 1f, 1.5f }, new[] { 0f, 1.5f })]
    [InlineData("Mish", new[] { 1f }, new[] { 0.8650984f })]
    [InlineData("Swish", new[] { 1f }, new[] { 0.7310586f })]
    [InlineData("Gelu", new[] { 1f }, new[] { 0.8413447f })]
    [InlineData("Round", new[] { 0.5f, 1.5f, -2.5f }, new[] { 0f, 2f, -2f })]
    [InlineData("Shrink", new[] { -1f, 0.2f, 1f }, new[] { -1f, 0f, 1f })]
    [InlineData("Sign", new[] { -3f, 0f, 9f }, new[] { -1f, 0f, 1f })]
    [InlineData("Erf", new[] { 0.5f, 3f }, new[] { 0.5204999f, 0.9999779f })]
    [InlineData("Atanh", new[] { 0.5f }, new[] { 0.54930615f })]
    public void Float_Formula(string op, float[] x, float[] y) => Near(y, [y.Length], Run(op, [T(x)]));

    [Fact]
    public void Abs_SmallestInteger_StaysItself() => Same(new sbyte[] { -128, 5 }, [2], Run("Abs", [T(new sbyte[] { -128, -5 })]));

    [Theory]
    [InlineData(1L, 1L, new[] { false, true, true })]
    [InlineData(0L, 1L, new[] { false, false, true })]
    public void IsInf_Signs(long positive, long negative, bool[] expected) =>
        Same(expected, [3], Run("IsInf", [T([float.NaN, float.PositiveInfinity, float.NegativeInfinity])], ("detect_positive", positive), ("detect_negative", negative)));

    [Fact]
    public void Exp_Double_UsesDoublePrecision()
    {
        // The vector form's bound is one unit in the last place.
        double expected = Math.Exp(1.25);
        Assert.InRange(Run("Exp", [T([1.25])]).Span<double>()[0], Math.BitDecrement(expected), Math.BitIncrement(expected));
    }

    [Fact]
    public void Exp_BFloat16_RoundsOnce()
    {
        Same([(BFloat16)MathF.Exp(1.5f)], [1], Run("Exp", [T([(BFloat16)1.5f])]));
    }

    [Fact]
    public void Exp_Integer_Throws()
    {
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Run("Exp", [T([1])]));
        Assert.Equal("node Exp → 'y0': input 0 (input): expected one of float32, float16, float64, bfloat16, got int32. Cast the input.", error.Message);
    }
}
