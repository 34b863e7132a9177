using Inference.Optimization.Calibration;
using Inference.Optimization.Quantization;
using Inference.Optimization.Tests.Support;

namespace Inference.Optimization.Tests.Quantization;

public class QuantizationParametersTests
{
    [Theory]
    [InlineData(-1f, 1f, 2 / 255f, 128)]
    [InlineData(0f, 6f, 6 / 255f, 0)]
    [InlineData(2f, 6f, 6 / 255f, 0)]
    [InlineData(-4f, -1f, 4 / 255f, 255)]
    [InlineData(0f, 0f, 1f, 0)]
    public void Asymmetric_Range_HoldsZeroExactly(float low, float high, float scale, int zeroPoint)
    {
        QuantizationParameters parameters = QuantizationParameters.Asymmetric(new ValueRange(low, high));

        Assert.Equal(scale, parameters.Scale);
        Assert.Equal(zeroPoint, parameters.ZeroPoint);
    }

    [Fact]
    public void Symmetric_PerRow_ErrsByHalfAStepAtMost()
    {
        float[] rows = Lab.Normal(64 * 10, 1);
        (sbyte[] codes, float[] scales) = WeightCodes.Symmetric(rows, 10, true, 127);
        float[] decoded = WeightCodes.Decode(codes, 10, scales);

        for (int i = 0; i < rows.Length; i++)
        {
            Assert.True(Math.Abs(rows[i] - decoded[i]) <= scales[i / 64] * 0.5001f);
        }
    }

    [Fact]
    public void Bias_HugeValue_IsClipped()
    {
        (int[] codes, _) = WeightCodes.Bias([1e30f, -1e30f, 1], 1, [1e-3f, 1e-3f, 0.5f]);

        Assert.Equal([int.MaxValue, int.MinValue, 2], codes);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(16)]
    public void BlockCodes_RowsNotAMultipleOfTheBlock_FillsUpWithZero(int block)
    {
        float[] rows = Lab.Normal(3 * 40, 1);
        (byte[] packed, float[] scales) = BlockCodes.Encode(rows, 3, block);
        int blocks = (40 + block - 1) / block;

        Assert.Equal(3 * blocks, scales.Length);
        for (int n = 0; n < 3; n++)
        {
            for (int k = 0; k < blocks * block; k++)
            {
                int at = (((n * blocks) + (k / block)) * block / 2) + (k % block / 2);
                int code = (k % 2 == 0 ? packed[at] : packed[at] >> 4) & 15;
                float value = (code - 8) * scales[(n * blocks) + (k / block)];
                Assert.True(Math.Abs((k < 40 ? rows[(n * 40) + k] : 0) - value) <= Math.Abs(scales[(n * blocks) + (k / block)]) * 3, $"{n},{k}");
            }
        }
    }

    [Fact]
    public void Embedding_Rows_KeepTheirEnds()
    {
        (byte[] codes, float[] scales, float[] biases) = EmbeddingQuantization.Encode([0, 1, 255, -10, 10, 0], 2);

        Assert.Equal([0, 1, 255], codes[..3].Select(c => (int)c));
        Assert.Equal([1f, 20 / 255f], scales);
        Assert.Equal([0f, -10f], biases);
    }
}
