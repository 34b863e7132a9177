using Inference.Kernels.Gemm;

namespace Inference.Kernels.Tests.Gemm;

public sealed class MatrixProductTests
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    public void Multiply_EachForm_EqualsFormula(bool transposeA, bool transposeB, bool accumulate)
    {
        // A = [[1, 2, 3], [4, 5, 6]], B = [[1, 0], [2, 1], [0, 3]]: A × B = [[5, 11], [14, 23]].
        float[] a = transposeA ? [1, 4, 2, 5, 3, 6] : [1, 2, 3, 4, 5, 6];
        float[] b = transposeB ? [1, 2, 0, 0, 1, 3] : [1, 0, 2, 1, 0, 3];
        float[] c = [100, 200, 300, 400];
        MatrixProduct.Multiply(a, transposeA, b, transposeB, c, 2, 2, 3, accumulate);
        Assert.Equal(accumulate ? [105f, 211f, 314f, 423f] : [5f, 11f, 14f, 23f], c);
    }

    [Fact]
    public void Multiply_NoSums_IsZeroOrLeavesWhatIsThere()
    {
        float[] c = [1, 2];
        MatrixProduct.Multiply([], false, [], false, c, 1, 2, 0, accumulate: true);
        Assert.Equal([1f, 2f], c);
        MatrixProduct.Multiply([], false, [], false, c, 1, 2, 0);
        Assert.Equal([0f, 0f], c);
        MatrixProduct.Multiply([], false, [1], false, [], 0, 1, 1);
    }

    [Fact]
    public void Multiply_SpanTooShort_SaysWhich()
    {
        Assert.Equal("a", Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(new float[5], false, new float[6], false, new float[4], 2, 2, 3)).ParamName);
        Assert.Equal("b", Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(new float[6], false, new float[5], false, new float[4], 2, 2, 3)).ParamName);
        Assert.Equal("c", Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(new float[6], false, new float[6], false, new float[3], 2, 2, 3)).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => MatrixProduct.Multiply([], false, [], false, [], -1, 2, 3));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(new float[6], false, new float[6], false, new float[6], 65536, 65536, 1));
    }
}
