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

    [Theory]
    [InlineData(0.013f, 40)]
    [InlineData(1.5f, 0)]
    public void SixteenBits_EveryLength_EqualFormula(float scale, int zero)
    {
        float[] some = [0, -0f, 0.0065f, 1, -1, 400, -400, 1e9f, -1e9f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 2.25f, 3.75f, 851.4f];
        for (int n = 0; n <= 70; n++)
        {
            float[] x = [.. Enumerable.Range(0, n).Select(i => some[i % some.Length] * (1 + (i / some.Length)))];
            ushort[] u = [.. x.Select(v => (ushort)(float.IsNaN(v) ? 0 : Math.Clamp((double)MathF.Round(Math.Clamp(v / scale, -1e6f, 1e6f)) + zero, 0, 65535)))];
            short[] s = [.. x.Select(v => (short)(float.IsNaN(v) ? -32768 : Math.Clamp((double)MathF.Round(Math.Clamp(v / scale, -1e6f, 1e6f)) + zero, -32768, 32767)))];
            Assert.Equal(u, Run("QuantizeLinear", [T(x), S(scale), S((ushort)zero)]).Span<ushort>().ToArray());
            Assert.Equal(s, Run("QuantizeLinear", [T(x), S(scale), S((short)zero)]).Span<short>().ToArray());
            Assert.Equal(u.Select(v => (v - zero) * scale), Run("DequantizeLinear", [T(u), S(scale), S((ushort)zero)]).Span<float>().ToArray());
            Assert.Equal(s.Select(v => (v - zero) * scale), Run("DequantizeLinear", [T(s), S(scale), S((short)zero)]).Span<float>().ToArray());
        }
    }

    [Fact]
    public void ScalesOfTheLastAxis_OnThreads_EqualFormula()
    {
        const int Rows = 301;
        const int Columns = 150;
        float[] x = [.. Enumerable.Range(0, Rows * Columns).Select(i => ((i * 37 % 1001) - 500) * 0.013f)];
        float[] scales = [.. Enumerable.Range(0, Columns).Select(i => 0.02f + (i * 0.001f))];
        float[] blocks = [.. Enumerable.Range(0, Rows * 5).Select(i => 0.02f + (i * 0.0001f))];
        sbyte Of(float v, float scale) => (sbyte)Math.Clamp(MathF.Round(v / scale), -128, 127);
        foreach (int threads in (int[])[1, 3])
        {
            var perColumn = (Tensor)RunAll("QuantizeLinear", [T(x, Rows, Columns), T(scales), T(new sbyte[Columns])], [("axis", 1L)], threads: threads)[0]!;
            Assert.Equal(x.Select((v, i) => Of(v, scales[i % Columns])), perColumn.Span<sbyte>().ToArray());
            var perBlock = (Tensor)RunAll("QuantizeLinear", [T(x, Rows, Columns), T(blocks, Rows, 5), T(new sbyte[Rows * 5], Rows, 5)], [("axis", 1L), ("block_size", 32L)], threads: threads)[0]!;
            Assert.Equal(x.Select((v, i) => Of(v, blocks[(i / Columns * 5) + (i % Columns / 32)])), perBlock.Span<sbyte>().ToArray());
            EngineValue?[] dynamic = RunAll("DynamicQuantizeLinear", [T(x, Rows, Columns)], outputs: 3, threads: threads);
            Assert.Equal((x.Max() - x.Min()) / 255f, ((Tensor)dynamic[1]!).Span<float>()[0]);
        }
    }
}
