using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class LinearQuantizationTests
{
    [Theory]
    [InlineData(false, 128)]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(true, -5)]
    public void Quantize_AwkwardSizes_EqualsFormula(bool signed, int zero)
    {
        foreach (int n in (int[])[0, 1, 7, 8, 9, 15, 16, 17, 100])
        {
            using NativeArray<float> x = Fill.Floats(n, n, -3f, 3f);
            using var y = new NativeArray<byte>(n);
            using var back = new NativeArray<float>(n);
            if (n > 8)
            {
                x.Span[3] = float.NaN;
                x.Span[4] = float.PositiveInfinity;
                x.Span[5] = float.NegativeInfinity;
                x.Span[6] = 0.025f;
            }

            LinearQuantization.Quantize(x.Pointer, y.Pointer, n, 0.01f, zero, signed);
            LinearQuantization.Dequantize(y.Pointer, back.Pointer, n, 0.01f, zero, signed);
            for (int i = 0; i < n; i++)
            {
                int low = signed ? -128 : 0;
                int high = signed ? 127 : 255;
                float v = x[i] / 0.01f;
                int want = float.IsNaN(v) ? low : (int)MathF.Round(Math.Clamp(v, low - zero, high - zero)) + zero;
                int got = signed ? (sbyte)y[i] : y[i];
                Assert.Equal(want, got);
                Assert.Equal((got - zero) * 0.01f, back[i]);
            }

            y.AssertIntact();
            back.AssertIntact();
        }
    }

    [Theory]
    [InlineData(new float[] { 0, 2, -3, -2.5f, 1.34f, 0.5f }, 0.019607844f, 153)]
    [InlineData(new float[] { 1, 2.1f, 1.3f, 2.5f, 3.34f, 4 }, 0.015686275f, 0)]
    [InlineData(new float[] { -1, -2.1f, -1.3f, -2.5f, -3.34f, -4 }, 0.015686275f, 255)]
    [InlineData(new float[] { 0, 0, 0 }, 1f, 0)]
    public void ChooseParameters_KnownRanges_EqualsOperator(float[] values, float scale, byte zero)
    {
        fixed (float* x = values)
        {
            LinearQuantization.ChooseParameters(x, values.Length, out float s, out byte z);
            Assert.Equal(scale, s);
            Assert.Equal(zero, z);
        }
    }

    [Fact]
    public void DequantizeInt32_Values_EqualsFormula()
    {
        int[] x = [1, -5, 100000, int.MaxValue, int.MinValue, 7, 8, 9, 10, 11];
        var y = new float[x.Length];
        fixed (int* px = x)
        fixed (float* py = y)
        {
            LinearQuantization.Dequantize(px, py, x.Length, 0.5f, 0);
        }

        Assert.Equal(x.Select(v => v * 0.5f), y);
    }
}
