using Inference.Kernels.Conversion;

namespace Inference.Kernels.Tests.Conversion;

public sealed unsafe class FloatConversionTests
{
    [Fact]
    public void BFloat16_AllValues_RoundTrip()
    {
        var bits = new ushort[65536];
        var wide = new float[65536];
        var back = new ushort[65536];
        for (int i = 0; i < 65536; i++)
        {
            bits[i] = (ushort)i;
        }

        fixed (ushort* p = bits, q = back)
        fixed (float* w = wide)
        {
            FloatConversion.BFloat16ToSingle(p, w, 65535);
            FloatConversion.SingleToBFloat16(w, q, 65535);
        }

        for (int i = 0; i < 65535; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(wide[i]));
            Assert.Equal(float.IsNaN(wide[i]) ? i | 0x40 : i, back[i]);
        }
    }

    [Theory]
    [InlineData(0x3F808000u, 0x3F80)]
    [InlineData(0x3F818000u, 0x3F82)]
    [InlineData(0x3F808001u, 0x3F81)]
    [InlineData(0x7F7FFFFFu, 0x7F80)]
    public void SingleToBFloat16_Halves_RoundToEven(uint from, int want)
    {
        float* x = stackalloc float[17];
        ushort* y = stackalloc ushort[17];
        new Span<float>(x, 17).Fill(BitConverter.UInt32BitsToSingle(from));
        FloatConversion.SingleToBFloat16(x, y, 17);
        Assert.All(new Span<ushort>(y, 17).ToArray(), v => Assert.Equal(want, v));
    }

    [Fact]
    public void Half_AllValues_RoundTrip()
    {
        var x = new Half[65536];
        var wide = new float[65536];
        var back = new Half[65536];
        for (int i = 0; i < 65536; i++)
        {
            x[i] = BitConverter.UInt16BitsToHalf((ushort)i);
        }

        fixed (Half* from = x, to = back)
        fixed (float* w = wide)
        {
            FloatConversion.HalfToSingle(from, w, 65536);
            FloatConversion.SingleToHalf(w, to, 65536);
        }

        for (int i = 0; i < 65536; i++)
        {
            Assert.Equal((float)x[i], wide[i]);
            Assert.Equal(x[i], back[i]);
        }
    }

    [Fact]
    public void SingleToHalf_AroundEveryHalf_RoundsToEven()
    {
        // Each half, the middle to the next, and the neighbours of that.
        var x = new List<float>();
        for (int i = 0; i < 0x7C00; i++)
        {
            float low = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            float middle = i == 0x7BFF ? 65520f : (low + (float)BitConverter.UInt16BitsToHalf((ushort)(i + 1))) / 2;
            foreach (float value in (float[])[low, middle, MathF.BitIncrement(middle), MathF.BitDecrement(middle)])
            {
                x.Add(value);
                x.Add(-value);
            }
        }

        x.AddRange([float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, 65535.99f, 65536f, 131008f, 1e-10f, 1e-40f]);
        var y = new Half[x.Count];
        fixed (float* from = x.ToArray())
        fixed (Half* to = y)
        {
            FloatConversion.SingleToHalf(from, to, x.Count);
        }

        Assert.Equal(x.Select(v => (Half)v), y);
        Assert.Equal(x.Select(v => v < 0 || float.IsNegative(v)), y.Select(v => v < default(Half) || Half.IsNegative(v)));
    }
}
