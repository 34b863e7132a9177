using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Images;

public sealed class ImageTests
{
    private static readonly Tensor s_image = T([1f, 2, 3, 4], 1, 1, 2, 2);
    private static readonly Tensor s_none = T<float>([], 0);

    [Fact]
    public void Resize_Nearest_RepeatsPixels() =>
        Near([1f, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], [1, 1, 4, 4], Run("Resize", [s_image, s_none, T([1f, 1, 2, 2])]));

    [Theory]
    [InlineData("half_pixel", new[] { 1f, 1.25f, 1.75f, 2 })]
    [InlineData("asymmetric", new[] { 1f, 1.5f, 2, 2 })]
    [InlineData("align_corners", new[] { 1f, 4 / 3f, 5 / 3f, 2 })]
    public void Resize_Linear_MapsCoordinates(string mode, float[] expected) =>
        Near(expected, [4], Run("Resize", [T([1f, 2]), s_none, s_none, T<long>([4])], ("mode", "linear"), ("coordinate_transformation_mode", mode)));

    [Fact]
    public void Resize_KeepsTheAspectRatio_WhenAsked() =>
        Assert.Equal([1L, 1, 4, 4], Run("Resize", [s_image, s_none, s_none, T<long>([4, 7])], ("axes", new long[] { 2, 3 }), ("keep_aspect_ratio_policy", "not_larger")).Dims.ToArray());

    [Fact]
    public void Resize_OfIntegers_CutsOff() =>
        Same<byte>([1, 1, 1, 2], [4], Run("Resize", [T<byte>([1, 2]), s_none, s_none, T<long>([4])], ("mode", "linear")));

    [Fact]
    public void Upsample_ReadsAttributes() => Near([1f, 1, 2, 2], [1, 1, 1, 4], Run(7, "Upsample", [T([1f, 2], 1, 1, 1, 2)], ("scales", new float[] { 1, 1, 1, 2 })));

    [Theory]
    [InlineData("zeros", 1f)]
    [InlineData("border", 2f)]
    [InlineData("reflection", 1.5f)]
    public void GridSample_PadsOutside(string padding, float outside) =>
        Near([2.5f, outside], [1, 1, 1, 2], Run("GridSample", [s_image, T([0f, 0, 2, -1], 1, 1, 2, 2)], ("align_corners", padding == "reflection" ? 0L : 1L), ("padding_mode", padding)));

    [Fact]
    public void AffineGrid_OfTheIdentity_IsThePositions() =>
        Near([-1f, -1, 1, -1, -1, 1, 1, 1], [1, 2, 2, 2], Run("AffineGrid", [T([1f, 0, 0, 0, 1, 0], 1, 2, 3), T<long>([1, 1, 2, 2])], ("align_corners", 1L)));

    [Fact]
    public void NonMaxSuppression_DropsOverlaps()
    {
        Tensor boxes = T([0f, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 10, 1, 11], 1, 3, 4);
        Tensor y = Run("NonMaxSuppression", [boxes, T([0.9f, 0.8f, 0.7f], 1, 1, 3), S(3L), S(0.5f), S(0.1f)]);
        Same<long>([0, 0, 0, 0, 0, 2], [2, 3], y);
    }
}
