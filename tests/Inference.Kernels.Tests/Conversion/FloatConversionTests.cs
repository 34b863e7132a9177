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

        FloatConversion.HalfToSingle(x, wide);
        FloatConversion.SingleToHalf(wide, back);
        for (int i = 0; i < 65536; i++)
        {
            Assert.Equal((float)x[i], wide[i]);
            Assert.Equal(x[i], back[i]);
        }
    }
}
