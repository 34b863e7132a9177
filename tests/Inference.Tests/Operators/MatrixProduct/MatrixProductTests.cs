using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.MatrixProduct;

public sealed class MatrixProductTests
{
    private static readonly Tensor s_a = T([1f, 2, 3, 4], 2, 2);
    private static readonly Tensor s_b = T([5f, 6, 7, 8], 2, 2);

    [Fact]
    public void MatMul_VectorsAndBatches_FollowNumpy()
    {
        Near([19f, 22, 43, 50], [2, 2], Run("MatMul", [s_a, s_b]));
        Near([11f], [], Run("MatMul", [T([1f, 2]), T([3f, 4])]));
        Near([7f, 10], [2], Run("MatMul", [T([1f, 2]), s_a]));
        Near([5f, 11], [2], Run("MatMul", [s_a, T([1f, 2])]));
        Near([1f, 2, 3, 4, 2, 4, 6, 8], [2, 2, 2], Run("MatMul", [T([1f, 0, 0, 1, 2, 0, 0, 2], 2, 2, 2), s_a]));
    }

    [Fact]
    public void MatMul_IntegersAndHalves()
    {
        Same([19, 22, 43, 50], [2, 2], Run("MatMul", [T([1, 2, 3, 4], 2, 2), T([5, 6, 7, 8], 2, 2)]));
        Same([(Half)11], [], Run("MatMul", [T([(Half)1, (Half)2]), T([(Half)3, (Half)4])]));
    }

    [Fact]
    public void MatMul_NoInnerElements_GivesZeros() => Near([0f, 0], [1, 2], Run("MatMul", [T(Array.Empty<float>(), 1, 0), T(Array.Empty<float>(), 0, 2)]));

    [Fact]
    public void Gemm_TransposesScalesAndAdds()
    {
        Near([26f, 30, 38, 44], [2, 2], Run("Gemm", [s_a, s_b], ("transA", 1L)));
        Near([17f, 23, 39, 53], [2, 2], Run("Gemm", [s_a, s_b], ("transB", 1L)));
        Near([11.5f, 15, 23.5f, 29], [2, 2], Run("Gemm", [s_a, s_b, T([4f, 8])], ("alpha", 0.5f), ("beta", 0.5f)));
        Near([20f, 23, 45, 52], [2, 2], Run("Gemm", [s_a, s_b, T([1f, 2], 2, 1)]));
    }

    [Theory]
    [InlineData("ij,jk->ik", new[] { 19f, 22, 43, 50 }, new long[] { 2, 2 })]
    [InlineData("ij,jk", new[] { 19f, 22, 43, 50 }, new long[] { 2, 2 })]
    [InlineData("ij,ij->", new[] { 70f }, new long[0])]
    [InlineData("ij,kj->ki", new[] { 17f, 39, 23, 53 }, new long[] { 2, 2 })]
    [InlineData("...j,...j->...", new[] { 17f, 53 }, new long[] { 2 })]
    public void Einsum_FollowsItsEquation(string equation, float[] expected, long[] dims) => Near(expected, dims, Run("Einsum", [s_a, s_b], ("equation", equation)));

    [Fact]
    public void Einsum_Diagonal() => Near([1f, 4], [2], Run("Einsum", [s_a], ("equation", "ii->i")));

    [Fact]
    public void Det_OfOneAndOfMany()
    {
        Near([-2f], [], Run("Det", [s_a]));
        Near([-2f, 0], [2], Run("Det", [T([1f, 2, 3, 4, 1, 2, 2, 4], 2, 2, 2)]));
    }

    [Fact]
    public void MatMul_UnlikeInnerSizes_NamesBoth() =>
        Assert.Contains("2", Assert.ThrowsAny<InferenceException>(() => Run("MatMul", [s_a, T([1f, 2, 3], 3, 1)])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Elu", "activation_alpha", 2f, 3f, -1.7293294f)]
    [InlineData("Selu", "activation_gamma", 2f, 6f, -2.8936234f)]
    [InlineData("LeakyRelu", "activation_alpha", 0.5f, 3f, -1f)]
    [InlineData("Softsign", "", 0f, 0.75f, -0.6666667f)]
    public void FusedGemm_WithAnyFunctionOfOneElement_AppliesItLast(string activation, string parameter, float value, float first, float second)
    {
        (string, object)[] attributes = parameter.Length == 0 ? [("activation", activation)] : [("activation", activation), (parameter, value)];
        var y = (Tensor)RunAll("FusedGemm", [T([1f], 1, 1), T([3f, -2f], 1, 2)], attributes, 1, 1, "com.microsoft")[0]!;
        Assert.Equal(first, y.Span<float>()[0], 1e-6f);
        Assert.Equal(second, y.Span<float>()[1], 1e-5f);
    }

    [Fact]
    public void FusedGemm_WithAnOperatorThatIsNoSuchFunction_IsRefused() => Assert.Contains(
        "expected the name of an activation that can be fused, got 'Add'",
        Assert.Throws<ModelLoadException>(() => RunAll("FusedGemm", [T([1f], 1, 1), T([1f], 1, 1)], [("activation", "Add")], 1, 1, "com.microsoft")).Message, StringComparison.Ordinal);

    [Fact]
    public void Gemm_EveryFormOfC_EqualsFormula()
    {
        const int M = 7;
        const int N = 20;
        const int K = 5;
        var random = new Random(11);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
        foreach (long[] form in (long[][])[[], [1], [N], [1, N], [M, 1], [1, 1], [M, N]])
        {
            foreach (float beta in (float[])[1f, -0.5f, 0f])
            {
                (float[] a, float[] b, float[] c) = (Numbers(M * K), Numbers(K * N), Numbers((int)TensorShape.Count(form)));
                var expected = new float[M * N];
                for (int i = 0; i < expected.Length; i++)
                {
                    (int row, int column) = (i / N, i % N);
                    int at = form.Length == 0 || c.Length == 1 ? 0 : form[^1] == 1 ? row : form.Length == 1 || form[0] == 1 ? column : i;
                    double sum = beta * c[at];
                    for (int k = 0; k < K; k++)
                    {
                        sum += 2.0 * a[(row * K) + k] * b[(k * N) + column];
                    }

                    expected[i] = (float)sum;
                }

                Near(expected, [M, N], Run("Gemm", [T(a, M, K), T(b, K, N), T(c, form)], ("alpha", 2f), ("beta", beta)));
            }
        }
    }
}
