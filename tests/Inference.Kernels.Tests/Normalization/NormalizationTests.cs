using Inference.Kernels.Normalization;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Tests.Normalization;

public sealed unsafe class NormalizationTests
{
    private static readonly int[] Sizes = [1, 2, 3, 4, 7, 8, 15, 16, 17, 33, 100];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Softmax_EachVariant_EqualsFormula(bool logarithm)
    {
        // Rows of few columns are worked on a lane each, as many as fill vectors; the rest one by one.
        const int Rows = 37;
        foreach (RowKernel.Variant variant in Softmax.Kernel.Variants.Where(v => v.Supported))
        {
            foreach (int n in Sizes)
            {
                using NativeArray<float> x = Fill.Floats(Rows * n, n, -20f, 20f);
                using var y = new NativeArray<float>(Rows * n);
                var job = new Softmax.Job { X = x.Pointer, Y = y.Pointer, Columns = n, Logarithm = logarithm };
                variant.Body(&job, 0, Rows);
                for (int r = 0; r < Rows; r++)
                {
                    double max = Enumerable.Range(0, n).Max(i => (double)x[(r * n) + i]);
                    double sum = Enumerable.Range(0, n).Sum(i => Math.Exp(x[(r * n) + i] - max));
                    for (int i = 0; i < n; i++)
                    {
                        double d = x[(r * n) + i] - max;
                        double want = logarithm ? d - Math.Log(sum) : Math.Exp(d) / sum;
                        double bound = logarithm ? 1e-5 : 1e-6 * want * 4;
                        Assert.True(Math.Abs(want - y[(r * n) + i]) <= bound, $"{variant.Tier} {n} [{r},{i}]: expected {want}, got {y[(r * n) + i]}");
                    }
                }

                y.AssertIntact();
            }
        }
    }

    [Fact]
    public void Softmax_NegativeInfinity_IsExactlyZero()
    {
        float[] x = [1f, float.NegativeInfinity, 2f, float.NegativeInfinity, 1f, 1f, 1f, 1f, 1f, float.NegativeInfinity, 0f, 0f, 0f, 0f, 0f, 0f, float.NegativeInfinity];
        fixed (float* p = x)
        {
            Softmax.Run(p, p, 1, x.Length);
        }

        Assert.Equal(0f, x[1]);
        Assert.Equal(0f, x[16]);
        Assert.Equal(1f, x.Sum(), 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LayerNorm_EachVariant_EqualsFormula(bool rms)
    {
        foreach (RowKernel.Variant variant in LayerNorm.Kernel.Variants.Where(v => v.Supported))
        {
            foreach (int n in Sizes)
            {
                for (int mode = 0; mode < 8; mode++)
                {
                    CheckLayerNorm(variant, n, mode, rms);
                }
            }
        }
    }

    private static void CheckLayerNorm(RowKernel.Variant variant, int n, int mode, bool rms)
    {
        using NativeArray<float> x = Fill.Floats(2 * n, n, -3f, 5f);
        using NativeArray<float> skip = Fill.Floats(2 * n, n + 1);
        using NativeArray<float> bias = Fill.Floats(n, n + 2);
        using NativeArray<float> gamma = Fill.Floats(n, n + 3);
        using NativeArray<float> beta = Fill.Floats(n, n + 4);
        using var y = new NativeArray<float>(2 * n);
        using var sum = new NativeArray<float>(2 * n);
        bool useSkip = (mode & 1) != 0;
        bool useAffine = (mode & 2) != 0;
        bool useSum = useSkip && (mode & 4) != 0;
        var a = new LayerNormArguments
        {
            X = x.Pointer,
            Skip = useSkip ? skip.Pointer : null,
            SkipBias = useSkip ? bias.Pointer : null,
            Gamma = useAffine ? gamma.Pointer : null,
            Beta = useAffine ? beta.Pointer : null,
            Y = y.Pointer,
            Sum = useSum ? sum.Pointer : null,
            Rows = 2,
            Columns = n,
            Epsilon = 1e-3f,
            Rms = rms,
        };
        variant.Body(&a, 0, 2);
        for (int r = 0; r < 2; r++)
        {
            double[] s = [.. Enumerable.Range(0, n).Select(i => (double)x[(r * n) + i] + (useSkip ? skip[(r * n) + i] + (double)bias[i] : 0))];
            double mean = rms ? 0 : s.Average();
            double variance = s.Average(v => (v - mean) * (v - mean));
            for (int i = 0; i < n; i++)
            {
                double want = (s[i] - mean) / Math.Sqrt(variance + 1e-3);
                want = useAffine ? (want * gamma[i]) + beta[i] : want;
                Assert.True(Math.Abs(want - y[(r * n) + i]) < 2e-5, $"{variant.Tier} {n} mode {mode} [{r},{i}]: expected {want}, got {y[(r * n) + i]}");
                Assert.True(!useSum || Math.Abs(s[i] - sum[(r * n) + i]) < 1e-6);
            }
        }

        y.AssertIntact();
        sum.AssertIntact();
    }
}
