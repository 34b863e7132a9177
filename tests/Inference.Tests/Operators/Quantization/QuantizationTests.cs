using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Quantization;

public sealed class QuantizationTests
{
    [Fact]
    public void QuantizeLinear_RoundsHalfToEven_AndSaturates()
    {
        Same<byte>([0, 2, 2, 255, 0], [5], Run("QuantizeLinear", [T([0.5f, 1.5f, 2.5f, 1e9f, float.NaN]), S(1f), S<byte>(0)]));
        Same<sbyte>([-128, 127, 3], [3], Run("QuantizeLinear", [T([-1e9f, 1e9f, 1f]), S(0.5f), S<sbyte>(1)]));
        Same<short>([-32768, 3], [2], Run("QuantizeLinear", [T([-1e9f, 3f]), S(1f), S<short>(0)]));
    }

    [Fact]
    public void QuantizeLinear_AxisAndBlocks()
    {
        Same<byte>([1, 2, 2, 2], [2, 2], Run("QuantizeLinear", [T([1f, 4, 2, 4], 2, 2), T([1f, 2]), T<byte>([0, 0])], ("axis", 1L)));
        Same<byte>([1, 2, 1, 2], [1, 4], Run("QuantizeLinear", [T([1f, 2, 10, 20], 1, 4), T([1f, 10], 1, 2), T<byte>([0, 0], 1, 2)], ("axis", 1L), ("block_size", 2L)));
    }

    [Fact]
    public void QuantizeLinear_HalfScaleAndOutputType()
    {
        Same<sbyte>([2], [1], Run("QuantizeLinear", [T([(Half)1]), S((Half)0.5)], ("output_dtype", 3L)));
        Same<byte>([3], [1], Run("QuantizeLinear", [T([6]), S(2f)]));
    }

    [Fact]
    public void QuantizeThenDequantize_PackedTypes_KeepTheirRange()
    {
        foreach ((ElementType type, float[] expected) in ((ElementType, float[])[])[
            (ElementType.Int4, [-8, -1, 7]), (ElementType.UInt4, [0, 0, 15]), (ElementType.Int2, [-2, -1, 1]), (ElementType.UInt2, [0, 0, 3]), (ElementType.Float4E2M1, [-6, -1, 6])])
        {
            Tensor codes = Run("QuantizeLinear", [T([-100f, -1, 100]), S(1f)], ("output_dtype", (long)type));
            Assert.Equal(type, codes.Type);
            Near(expected, [3], Run("DequantizeLinear", [codes, S(1f)]));
        }
    }

    [Fact]
    public void DequantizeLinear_ZeroPointAxisAndBlocks()
    {
        Near([-2f, 0, 6], [3], Run("DequantizeLinear", [T<byte>([0, 1, 4]), S(2f), S<byte>(1)]));
        Near([1f, 20, 3, 40], [2, 2], Run("DequantizeLinear", [T<sbyte>([1, 2, 3, 4], 2, 2), T([1f, 10])], ("axis", -1L)));
        Near([1f, 2, 30, 40], [1, 4], Run("DequantizeLinear", [T<sbyte>([1, 2, 3, 4], 1, 4), T([1f, 10], 1, 2)], ("axis", 1L), ("block_size", 2L)));
        Same([(Half)3], [1], Run("DequantizeLinear", [T([6]), S((Half)0.5)]));
    }

    [Fact]
    public void DynamicQuantizeLinear_RangeHoldsZero()
    {
        EngineValue?[] y = RunAll("DynamicQuantizeLinear", [T([0f, 255, 51])], null, 3);
        Same<byte>([0, 255, 51], [3], (Tensor)y[0]!);
        Near([1f], [], (Tensor)y[1]!);
        Same<byte>([0], [], (Tensor)y[2]!);
    }

    // (1−1, 2−1; 4−2, 4−2) × (2−1, 2−2; 2−1, 2−2)
    [Fact]
    public void MatMulInteger_ZeroPointsOfRowsAndColumns() =>
        Same([1, 0, 4, 0], [2, 2], Run("MatMulInteger", [T<byte>([1, 2, 4, 4], 2, 2), T<byte>([2, 2, 2, 2], 2, 2), T<byte>([1, 2]), T<byte>([1, 2])]));

    [Fact]
    public void QLinearMatMul_RequantizesOnce() =>
        Same<byte>([7], [1, 1], Run("QLinearMatMul", [T<byte>([2, 4], 1, 2), S(0.5f), S<byte>(0), T<byte>([1, 1], 2, 1), S(1f), S<byte>(0), S(0.5f), S<byte>(1)]));

    [Fact]
    public void QLinearConv_ScaleOfEachFilter() =>
        Same<byte>([2, 4, 20, 40], [1, 2, 2], Run("QLinearConv", [T<byte>([1, 2], 1, 1, 2), S(1f), S<byte>(0), T<byte>([2, 2], 2, 1, 1), T([1f, 10]), T<byte>([0, 0]), S(1f), S<byte>(0)]));
}
