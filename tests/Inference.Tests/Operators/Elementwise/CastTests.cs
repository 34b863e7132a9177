using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Elementwise;

public sealed class CastTests
{
    [Fact]
    public void FloatToInt_TruncatesAndKeepsHardwareOverflow() =>
        Same([1, -1, int.MinValue, int.MinValue], [4], Run("Cast", [T([1.9f, -1.9f, 1e10f, float.NaN])], ("to", 6L)));

    [Fact]
    public void FloatToByte_KeepsTheLowBits() => Same(new byte[] { 44, 255 }, [2], Run("Cast", [T([300f, -1f])], ("to", 2L)));

    [Theory]
    [InlineData(1f, "1.0")]
    [InlineData(0.1f, "0.1")]
    [InlineData(1e-5f, "1e-05")]
    [InlineData(-2.5e20f, "-2.5e+20")]
    [InlineData(123456.7f, "123456.7")]
    [InlineData(float.NegativeInfinity, "-inf")]
    public void FloatToText(float x, string text) => Same([text], [1], Run("Cast", [T([x])], ("to", 8L)));

    [Fact]
    public void TextToFloat_ReadsScientificAndSpecial() =>
        Same([1e-5f, float.PositiveInfinity, float.NaN], [3], Run("Cast", [T(["1e-5", "+INF", "NaN"])], ("to", 1L)));

    [Fact]
    public void TextToFloat_NoNumber_Throws()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => Run("Cast", [T(["x1"])], ("to", 1L)));
        Assert.Equal("node Cast → 'y0': element 0: expected a number, got 'x1'.", error.Message);
    }

    [Theory]
    [InlineData(1L, 0x7E)]
    [InlineData(0L, 0x7F)]
    public void FloatToFloat8_Saturation(long saturate, byte bits)
    {
        Tensor y = Run("Cast", [T([1000f])], ("to", 17L), ("saturate", saturate));
        Assert.Equal([bits], y.Bytes.ToArray());
    }

    [Fact]
    public void FloatToInt4_PacksLowNibbleFirst()
    {
        Tensor y = Run("Cast", [T([1f, -1f, 7f])], ("to", 22L));
        Assert.Equal([0xF1, 0x07], y.Bytes.ToArray());
    }

    [Fact]
    public void OldForm_NamesTheType() => Same([1.0, 2.0], [2], Run(1, "Cast", [T([1f, 2f])], ("to", "DOUBLE")));

    [Fact]
    public void BitCast_KeepsBits() => Same([0x3F800000], [1], Run("BitCast", [T([1f])], ("to", 6L)));
}
