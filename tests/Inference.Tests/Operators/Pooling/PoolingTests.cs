using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Pooling;

public sealed class PoolingTests
{
    private static readonly Tensor s_line = T([1f, 4, 2, 3, 5], 1, 1, 5);
    private static readonly (string, object) s_two = ("kernel_shape", new[] { 2L });

    [Fact]
    public void MaxPool_StridesDilationsAndCeil()
    {
        Near([4f, 4, 3, 5], [1, 1, 4], Run("MaxPool", [s_line], s_two));
        Near([4f, 3], [1, 1, 2], Run("MaxPool", [s_line], s_two, ("strides", new[] { 2L })));
        Near([4f, 3, 5], [1, 1, 3], Run("MaxPool", [s_line], s_two, ("strides", new[] { 2L }), ("ceil_mode", 1L)));
        Near([2f, 4, 5], [1, 1, 3], Run("MaxPool", [s_line], s_two, ("dilations", new[] { 2L })));
    }

    [Fact]
    public void MaxPool_Indices_RowAndColumnMajor()
    {
        Tensor x = T([1f, 9, 3, 2], 1, 1, 2, 2);
        (string, object) window = ("kernel_shape", new[] { 2L, 2 });
        Same<long>([1], [1, 1, 1, 1], (Tensor)RunAll("MaxPool", [x], [window], 2)[1]!);
        Same<long>([2], [1, 1, 1, 1], (Tensor)RunAll("MaxPool", [x], [window, ("storage_order", 1L)], 2)[1]!);
    }

    [Fact]
    public void MaxPool_Bytes() => Same<sbyte>([4, 4], [1, 1, 2], Run("MaxPool", [T<sbyte>([-1, 4, 2], 1, 1, 3)], s_two));

    [Fact]
    public void AveragePool_PadsCountOnlyWhereAsked()
    {
        (string, object) pads = ("pads", new[] { 1L, 0 });
        Near([1f, 2.5f], [1, 1, 2], Run("AveragePool", [T([1f, 4], 1, 1, 2)], s_two, pads));
        Near([0.5f, 2.5f], [1, 1, 2], Run("AveragePool", [T([1f, 4], 1, 1, 2)], s_two, pads, ("count_include_pad", 1L)));
    }

    [Fact]
    public void AveragePool_LastWindowOfCeilMode_CountsWhatIsThere() =>
        Near([2.5f, 2.5f, 5f], [1, 1, 3], Run("AveragePool", [s_line], s_two, ("strides", new[] { 2L }), ("ceil_mode", 1L)));

    [Fact]
    public void LpPool_AndGlobalForms()
    {
        Near([5f], [1, 1, 1], Run("LpPool", [T([3f, 4], 1, 1, 2)], s_two));
        Near([7f], [1, 1, 1], Run("LpPool", [T([3f, -4], 1, 1, 2)], s_two, ("p", 1L)));
        Near([5f], [1, 1, 1], Run("GlobalLpPool", [T([3f, 4], 1, 1, 2)]));
        Near([3f], [1, 1, 1], Run("GlobalAveragePool", [s_line]));
        Near([5f], [1, 1, 1], Run("GlobalMaxPool", [s_line]));
    }

    [Fact]
    public void MaxUnpool_PutsValuesBack() =>
        Near([0f, 4, 0, 5], [1, 1, 4], Run("MaxUnpool", [T([4f, 5], 1, 1, 2), T<long>([1, 3], 1, 1, 2)], s_two, ("strides", new[] { 2L })));

    [Fact]
    public void RoiAlign_WholeImage_AveragesOrTakesTheLargest()
    {
        Tensor x = T([1f, 2, 3, 4], 1, 1, 2, 2);
        EngineValue?[] inputs = [x, T([0f, 0, 2, 2], 1, 4), T<long>([0])];
        Near([2.5f], [1, 1, 1, 1], Run("RoiAlign", inputs, ("coordinate_transformation_mode", "half_pixel"), ("sampling_ratio", 2L)));
        Near([4f], [1, 1, 1, 1], Run("RoiAlign", inputs, ("coordinate_transformation_mode", "half_pixel"), ("sampling_ratio", 2L), ("mode", "max")));
    }

    [Fact]
    public void MaxRoiPool_TakesTheLargestOfEachPart() =>
        Near([1f, 2, 3, 4], [1, 1, 2, 2], Run("MaxRoiPool", [T([1f, 2, 3, 4], 1, 1, 2, 2), T([0f, 0, 0, 1, 1], 1, 5)], ("pooled_shape", new[] { 2L, 2 })));
}
