using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Convolution;

public sealed class ConvolutionTests
{
    private static readonly Tensor s_line = T([1f, 2, 3, 4], 1, 1, 4);
    private static readonly Tensor s_pair = T([1f, 10], 1, 1, 2);

    [Fact]
    public void Conv_OneAxis_StrideDilationPads()
    {
        Near([21f, 32, 43], [1, 1, 3], Run("Conv", [s_line, s_pair]));
        Near([21f, 43], [1, 1, 2], Run("Conv", [s_line, s_pair], ("strides", new[] { 2L })));
        Near([31f, 42], [1, 1, 2], Run("Conv", [s_line, s_pair], ("dilations", new[] { 2L })));
        Near([10f, 21, 32, 43, 4], [1, 1, 5], Run("Conv", [s_line, s_pair], ("pads", new[] { 1L, 1 })));
    }

    [Theory]
    [InlineData("SAME_UPPER", new[] { 21f, 32, 43, 4 })]
    [InlineData("SAME_LOWER", new[] { 10f, 21, 32, 43 })]
    [InlineData("VALID", new[] { 21f, 32, 43 })]
    public void Conv_AutoPad(string mode, float[] expected) => Near(expected, [1, 1, expected.Length], Run("Conv", [s_line, s_pair], ("auto_pad", mode)));

    [Fact]
    public void Conv_GroupsAndBias() =>
        Near([11f, 12, 103, 104], [1, 2, 2], Run("Conv", [T([1f, 2, 3, 4], 1, 2, 2), T([1f, 1], 2, 1, 1), T([10f, 100])], ("group", 2L)));

    [Fact]
    public void Conv_TwoAndThreeAxes()
    {
        Near([10f], [1, 1, 1, 1], Run("Conv", [T([1f, 2, 3, 4], 1, 1, 2, 2), T([1f, 1, 1, 1], 1, 1, 2, 2)]));
        Near([36f], [1, 1, 1, 1, 1], Run("Conv", [T([1f, 2, 3, 4, 5, 6, 7, 8], 1, 1, 2, 2, 2), T([1f, 1, 1, 1, 1, 1, 1, 1], 1, 1, 2, 2, 2)]));
    }

    [Fact]
    public void Conv_HalvesAndDoubles()
    {
        Same([(Half)21], [1, 1, 1], Run("Conv", [T([(Half)1, (Half)2], 1, 1, 2), T([(Half)1, (Half)10], 1, 1, 2)]));
        Same([21.0], [1, 1, 1], Run("Conv", [T([1.0, 2], 1, 1, 2), T([1.0, 10], 1, 1, 2)]));
    }

    [Fact]
    public void Conv_BiasOfAnotherType_IsRefused() =>
        Assert.Contains("input 2 (B): expected float32", Assert.ThrowsAny<InferenceException>(() => Run("Conv", [s_line, s_pair, T([(Half)1])])).Message, StringComparison.Ordinal);

    [Fact]
    public void ConvTranspose_SpreadsWindows()
    {
        Near([1f, 12, 20], [1, 1, 3], Run("ConvTranspose", [T([1f, 2], 1, 1, 2), s_pair]));
        Near([1f, 10, 2, 20], [1, 1, 4], Run("ConvTranspose", [T([1f, 2], 1, 1, 2), s_pair], ("strides", new[] { 2L })));
        Near([1f, 10, 2, 20, 0], [1, 1, 5], Run("ConvTranspose", [T([1f, 2], 1, 1, 2), s_pair], ("strides", new[] { 2L }), ("output_padding", new[] { 1L })));
        Near([12f], [1, 1, 1], Run("ConvTranspose", [T([1f, 2], 1, 1, 2), s_pair], ("pads", new[] { 1L, 1 })));
        Near([1f, 10, 2, 20, 0], [1, 1, 5], Run("ConvTranspose", [T([1f, 2], 1, 1, 2), s_pair], ("strides", new[] { 2L }), ("output_shape", new[] { 5L })));
    }

    [Fact]
    public void DeformConv_WholeOffsets_MoveTheSample_MaskWeighs()
    {
        Tensor x = T([1f, 2, 3, 4], 1, 1, 2, 2);
        Tensor right = T([0f, 0, 0, 0, 1, 1, 1, 1], 1, 2, 2, 2);
        Near([2f, 0, 4, 0], [1, 1, 2, 2], Run("DeformConv", [x, T([1f], 1, 1, 1, 1), right]));
        Near([1f, 0, 2, 0], [1, 1, 2, 2], Run("DeformConv", [x, T([1f], 1, 1, 1, 1), right, null, T([0.5f, 0.5f, 0.5f, 0.5f], 1, 1, 2, 2)]));
    }

    [Fact]
    public void Col2Im_AddsOverlappingColumns() =>
        Near([1f, 5, 4], [1, 1, 1, 3], Run("Col2Im", [T([1f, 2, 3, 4], 1, 2, 2), T<long>([1, 3]), T<long>([1, 2])]));

    [Fact]
    public void ConvInteger_SubtractsZeroPoints() =>
        Same([3, 5, 7], [1, 1, 3], Run("ConvInteger", [T<byte>([2, 3, 4, 5], 1, 1, 4), T<byte>([2, 2], 1, 1, 2), S<byte>(1), S<byte>(1)]));
}
