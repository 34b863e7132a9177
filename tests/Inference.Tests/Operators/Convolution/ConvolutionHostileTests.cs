using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Convolution;

/// <summary>Windows, groups and shapes that do not fit are refused before a kernel sees them.</summary>
public sealed class ConvolutionHostileTests
{
    private static readonly Tensor s_image = T(new float[16], 1, 1, 4, 4);
    private static readonly Tensor s_weights = T(new float[4], 1, 1, 2, 2);

    [Theory]
    [InlineData("strides", 1L << 62)]
    [InlineData("dilations", 1L << 30)]
    [InlineData("kernel_shape", 0L)]
    [InlineData("pads", -1L)]
    public void Windows_NumbersOutOfRange_AreRefused(string name, long number) =>
        Refused($"attribute '{name}': expected values in [", "Conv", [s_image, s_weights], [(name, name == "pads" ? new[] { number, 0, 0, 0 } : new[] { number, 1 })]);

    [Theory]
    [InlineData("strides", 3)]
    [InlineData("pads", 3)]
    [InlineData("kernel_shape", 1)]
    public void Windows_ListsOfAnotherLength_AreRefused(string name, int count)
    {
        long[] numbers = [.. Enumerable.Repeat(1L, count)];
        Refused($"attribute '{name}': expected", "Conv", [s_image, s_weights], [(name, numbers)]);
        Refused($"attribute '{name}': expected", "ConvTranspose", [s_image, s_weights], [(name, numbers)]);
        Refused($"attribute '{name}': expected", "MaxPool", [s_image], [("kernel_shape", new long[] { 2, 2 }), (name, numbers)]);
    }

    [Fact]
    public void Windows_PadsBeyondCounting_AreRefused() => Refused(
        "expected an axis with its pads of fewer than 1073741824 elements", "Conv", [s_image, s_weights], [("pads", new long[] { 1 << 29, 0, 1 << 29, 0 })]);

    [Fact]
    public void Conv_GroupBeyondCounting_IsRefused() => Refused("attribute 'group': expected a number in [1, 2147483647]", "Conv", [s_image, s_weights], [("group", 1L << 62)]);

    [Fact]
    public void Conv_KernelWithoutElements_IsRefused() =>
        Refused("expected weights with a kernel size of 1 or more", "Conv", [s_image, T(Array.Empty<float>(), 1, 1, 0, 2)], []);

    [Fact]
    public void FusedConv_AddendOfAnotherShape_IsRefused() => Refused(
        "input 3: expected shape [1,1,3,3], got [1,1,2,2].", "FusedConv", [s_image, s_weights, T(new float[1]), T(new float[4], 1, 1, 2, 2)], [], opset: 1, domain: "com.microsoft");

    [Fact]
    public void FusedConv_DoubleWithActivation_IsRefused() => Refused(
        "expected float32, float16 or bfloat16", "FusedConv", [T(new double[16], 1, 1, 4, 4), T(new double[4], 1, 1, 2, 2)], [("activation", "Relu")], opset: 1, domain: "com.microsoft");

    [Theory]
    [InlineData("output_padding", new long[] { 1 })]
    [InlineData("output_padding", new long[] { -1, 0 })]
    [InlineData("output_shape", new long[] { 5 })]
    [InlineData("output_shape", new long[] { -5, 5 })]
    [InlineData("kernel_shape", new long[] { 1, 2 })]
    public void ConvTranspose_AttributesThatDoNotFit_AreRefused(string name, long[] numbers) => Refused($"attribute '{name}': expected", "ConvTranspose", [s_image, s_weights], [(name, numbers)]);

    [Fact]
    public void ConvTranspose_ChannelsThatGroupDoesNotDivide_AreRefused() =>
        Refused("expected a number of channels that is a multiple of group 2", "ConvTranspose", [T(new float[12], 1, 3, 2, 2), T(new float[3], 3, 1, 1, 1)], [("group", 2L)]);

    [Fact]
    public void DeformConv_OffsetGroupBeyondCounting_IsRefused() => Refused(
        "attribute 'offset_group'", "DeformConv", [s_image, s_weights, T(new float[72], 1, 8, 3, 3)], [("offset_group", 1L << 62)]);

    [Theory]
    [InlineData(-4L, 2L, 0)]
    [InlineData(4L, 0L, 0)]
    [InlineData(4L, 2L, 3)]
    [InlineData(1L << 62, 2L, 0)]
    public void Col2Im_SizesThatDoNotFit_AreRefused(long image, long block, int strides) => Refused(
        "expected", "Col2Im", [T(new float[36], 1, 4, 9), T<long>([image, 4]), T<long>([block, 2])], strides == 0 ? [] : [("strides", new long[strides])]);

    [Fact]
    public void Col2Im_NegativeWindows_AreRefused() =>
        Refused("expected [N, C·100, 0]", "Col2Im", [T(new float[400], 1, 100, 4), T<long>([4, 4]), T<long>([10, 10])], []);
}
