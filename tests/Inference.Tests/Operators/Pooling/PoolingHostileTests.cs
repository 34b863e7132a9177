using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Pooling;

/// <summary>Regions, indices and windows that lead out of a tensor are refused; windows larger than the image cost no more than the image.</summary>
public sealed class PoolingHostileTests
{
    [Fact]
    public void MaxPool_KernelFarBeyondTheImage_IsThePlanesMaximum()
    {
        (string, object)[] attributes = [("kernel_shape", new long[] { 1 << 29, 1 << 29 }), ("auto_pad", "SAME_UPPER")];
        EngineValue?[] results = RunAll("MaxPool", [T([1f, 4f, 3f, 2f], 1, 1, 2, 2)], attributes, outputs: 2);
        Near([4, 4, 4, 4], [1, 1, 2, 2], (Tensor)results[0]!);
        Same<long>([1, 1, 1, 1], [1, 1, 2, 2], (Tensor)results[1]!);
    }

    [Fact]
    public void AveragePool_KernelFarBeyondTheImage_IsThePlanesMean() => Near(
        [2.5f, 2.5f, 2.5f, 2.5f], [1, 1, 2, 2], Run("AveragePool", [T([1f, 4f, 3f, 2f], 1, 1, 2, 2)], ("kernel_shape", new long[] { 1 << 28, 1 << 28 }), ("auto_pad", "SAME_UPPER")));

    [Theory]
    [InlineData("AveragePool")]
    [InlineData("GlobalMaxPool")]
    public void Pool_IndicesOfWhatHasNone_AreRefused(string op) =>
        Refused("only MaxPool returns indices", op, [T(new float[4], 1, 1, 4)], [("kernel_shape", new long[] { 2 })], outputs: 2);

    [Fact]
    public void RoiAlign_ImageWithoutRows_IsRefused() =>
        Refused("expected images with at least one pixel, got [1,1,0,268435456]", "RoiAlign", [T(Array.Empty<float>(), 1, 1, 0, 1 << 28), T(new float[4], 1, 4), T<long>([0])], []);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 32)]
    public void RoiAlign_SamplesBeyondTheImage_AreRefused(long ratio) =>
        Refused("expected regions of about the size of the image", "RoiAlign", [T(new float[4], 1, 1, 2, 2), T([0f, 0f, 1f, 1f], 1, 4), T<long>([0])], [("sampling_ratio", ratio)]);

    [Fact]
    public void RoiAlign_EndlessHeightWithoutWidth_IsRefused() =>
        Refused("expected regions of about the size of the image", "RoiAlign", [T(new float[4], 1, 1, 2, 2), T([1f, 0f, 0f, float.PositiveInfinity], 1, 4), T<long>([0])], []);

    [Fact]
    public void RoiAlign_BatchIndexOutOfRange_IsRefused() =>
        Refused("expected batch indices in [0, 0], got 1", "RoiAlign", [T(new float[4], 1, 1, 2, 2), T([0f, 0f, 1f, 1f], 1, 4), T<long>([1])], []);

    [Fact]
    public void MaxRoiPool_CornersFarAway_AreZeros() => Near(
        [0], [1, 1, 1, 1], Run("MaxRoiPool", [T([1f, 2f, 3f, 4f], 1, 1, 2, 2), T([0f, 1e30f, 1e30f, 3e38f, 3e38f], 1, 5)], ("pooled_shape", new long[] { 1, 1 })));

    [Fact]
    public void MaxUnpool_NegativeSize_IsRefused() => Refused(
        "input 2: expected sizes of 0 or more", "MaxUnpool", [T(new float[1], 1, 1, 1), T<long>([0], 1, 1, 1), T<long>([1, 1, -2])], [("kernel_shape", new long[] { 2 })]);

    [Fact]
    public void MaxUnpool_IndexOutOfRange_IsRefused() => Refused(
        "expected indices in [0, 1], got 2", "MaxUnpool", [T(new float[1], 1, 1, 1), T<long>([2], 1, 1, 1)], [("kernel_shape", new long[] { 2 })]);
}
