using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Quantization;

/// <summary>Scales and zero points of integer products that belong to rows, columns or matrices of a batch.</summary>
public sealed class ProductParameterTests
{
    private const string Microsoft = "com.microsoft";

    [Fact]
    public void MatMulIntegerToFloat_ScalesOfEachMatrix_AreItsOwn()
    {
        Tensor a = T<byte>([1, 2], 1, 2);
        Tensor b = T<sbyte>([1, 2, 3, 4, 1, 2, 3, 4], 2, 2, 2);
        Tensor y = (Tensor)RunAll("MatMulIntegerToFloat", [a, b, S(1f), T([1f, 2f, 10f, 20f], 2, 1, 2), null, T<sbyte>([0, 0, 1, 2], 2, 1, 2)], null, 1, 1, Microsoft)[0]!;
        Near([7f, 20f, 40f, 80f], [2, 1, 2], y);
    }

    [Fact]
    public void MatMulIntegerToFloat_ScalesOfAMatrixThatIsShared_AreFoundByItsPlace()
    {
        // B [2, 1, 1, 1] meets A [3, 1, 2] in a batch of [2, 3].
        Tensor a = T<byte>([1, 2, 3], 3, 1, 1);
        Tensor b = T<byte>([1, 1], 2, 1, 1, 1);
        Tensor y = (Tensor)RunAll("MatMulIntegerToFloat", [a, b, S(1f), T([1f, 10f], 2, 1, 1, 1)], null, 1, 1, Microsoft)[0]!;
        Near([1f, 2f, 3f, 10f, 20f, 30f], [2, 3, 1, 1], y);
    }

    [Fact]
    public void QLinearMatMul_ScalesOfRows_HoldForAAndY()
    {
        Tensor a = T<byte>([2, 4], 2, 1);
        Tensor b = T<byte>([3, 5], 1, 2);
        Tensor y = Run("QLinearMatMul", [a, T([1f, 2f], 2), T<byte>([0, 1], 2), b, S(1f), S((byte)0), T([1f, 3f], 2), T<byte>([0, 7], 2)]);
        Assert.Equal([6, 10, 13, 17], y.Span<byte>().ToArray());
    }

    [Fact]
    public void QGemm_SquareProductWithOneAddendARow_AddsItAlongTheRow()
    {
        Tensor one = T<byte>([1, 0, 0, 1], 2, 2);
        Tensor y = (Tensor)RunAll("QGemm", [one, S(1f), S((byte)0), one, S(1f), S((byte)0), T([10, 20], 2, 1)], null, 1, 1, Microsoft)[0]!;
        Near([11f, 10f, 20f, 21f], [2, 2], y);
    }

    [Fact]
    public void QuantizeLinear_OddCountOf4Bits_ClearsTheBitsBehind()
    {
        Tensor y = Run("QuantizeLinear", [T([1f, 2f, 3f], 3), S(1f)], ("output_dtype", (long)ElementType.UInt4));
        Assert.Equal([0x21, 0x03], y.Bytes.ToArray());
    }

    [Theory]
    [InlineData("DequantizeLinear", "output_dtype", 33L)]
    [InlineData("DequantizeLinear", "output_dtype", 2L)]
    [InlineData("DequantizeLinear", "block_size", -1L)]
    [InlineData("QuantizeLinear", "output_dtype", 33L)]
    [InlineData("QuantizeLinear", "output_dtype", 1L)]
    [InlineData("QuantizeLinear", "block_size", 1L << 40)]
    [InlineData("Attention", "qk_matmul_output_mode", 4L)]
    [InlineData("RotaryEmbedding", "rotary_embedding_dim", 3L)]
    [InlineData("RotaryEmbedding", "rotary_embedding_dim", -2L)]
    public void Attribute_OutOfItsRange_IsRefused(string op, string attribute, long value)
    {
        EngineValue?[] inputs = op is "QuantizeLinear" ? [T([1f], 1), S(1f)] : op is "DequantizeLinear" ? [T<byte>([1], 1), S(1f)]
            : [T(new float[8], 1, 1, 2, 4), T(new float[8], 1, 1, 2, 4), T(new float[8], 1, 1, 2, 4)];
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => RunAll(op, inputs, [(attribute, value)]));
        Assert.Contains($"attribute '{attribute}'", error.Message, StringComparison.Ordinal);
    }
}
