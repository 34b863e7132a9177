using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Images;

/// <summary>Scales, sizes and grids are refused with a sentence.</summary>
public sealed class ImageHostileTests
{
    private static readonly Tensor s_image = T(new float[4], 1, 1, 2, 2);

    [Theory]
    [InlineData(1e30f)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    [InlineData(0f)]
    [InlineData(-2f)]
    public void Resize_ScaleOutOfRange_IsRefused(float scale) => Refused("expected", "Resize", [s_image, null, T([1f, 1f, scale, 1f])], []);

    [Theory]
    [InlineData(-1L, "expected numbers ≥ 0")]
    [InlineData(1L << 40, "expected a resulting axis of at most")]
    public void Resize_SizeOutOfRange_IsRefused(long size, string expected) => Refused(expected, "Resize", [s_image, null, null, T<long>([1, 1, size, 2])], []);

    [Fact]
    public void Resize_NothingToSomething_IsRefused() =>
        Refused("expected elements to compute [1,1,3,2] from, got [1,1,0,2]", "Resize", [T(Array.Empty<float>(), 1, 1, 0, 2), null, null, T<long>([1, 1, 3, 2])], []);

    [Theory]
    [InlineData(new long[] { 4 }, "expected an axis in")]
    [InlineData(new long[] { -5 }, "expected an axis in")]
    [InlineData(new long[] { 1, 1 }, "expected each axis once")]
    public void Resize_AxesThatDoNotFit_AreRefused(long[] axes, string expected) =>
        Refused(expected, "Resize", [s_image, null, null, T([.. axes.Select(_ => 2L)])], [("axes", axes)]);

    [Fact]
    public void Resize_NeitherScalesNorSizes_IsRefused() => Refused("expected scales or sizes, got neither", "Resize", [s_image], []);

    [Fact]
    public void Resize_AspectOfNothing_IsRefused() => Refused(
        "expected a resulting axis of at most", "Resize", [T(Array.Empty<float>(), 1, 1, 0, 0), null, null, T<long>([2, 2])], [("axes", new long[] { 2, 3 }), ("keep_aspect_ratio_policy", "not_smaller")]);

    [Theory]
    [InlineData("border")]
    [InlineData("zeros")]
    public void GridSample_ImageWithoutColumns_IsRefused(string padding) =>
        Refused("expected elements to sample, got [1,1,2,0]", "GridSample", [T(Array.Empty<float>(), 1, 1, 2, 0), T(new float[2], 1, 1, 1, 2)], [("padding_mode", padding)]);

    [Fact]
    public void GridSample_TooManyAxes_IsRefused() => Refused(
        "expected rank 3 to 8", "GridSample", [T(new float[1], 1, 1, 1, 1, 1, 1, 1, 1, 1), T(new float[7], 1, 1, 1, 1, 1, 1, 1, 1, 7)], [("mode", "cubic")]);

    [Fact]
    public void AffineGrid_SizeWithoutPoints_EndsAtOnce() => Assert.Equal(0, Run("AffineGrid", [T(new float[6], 1, 2, 3), T<long>([1, 1, 0, 1L << 40])]).Count);

    [Fact]
    public void NonMaxSuppression_EqualScores_KeepTheOrderOfBoxes()
    {
        float[] boxes = [.. Enumerable.Range(0, 9).SelectMany(i => new[] { i, 0f, i + 1f, 1f })];
        float[] scores = [1, 2, 1, 2, float.NaN, 2, 1, 0, 2];
        Tensor result = Run("NonMaxSuppression", [T(boxes, 1, 9, 4), T(scores, 1, 1, 9), S(8L)]);
        Assert.Equal([1, 3, 5, 8, 0, 2, 6, 7], result.Span<long>().ToArray().Where((_, i) => i % 3 == 2));
    }
}
