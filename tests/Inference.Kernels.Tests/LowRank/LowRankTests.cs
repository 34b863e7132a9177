using Inference.Kernels.Gemm;
using Inference.Kernels.LowRank;
using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.LowRank;

public sealed unsafe class LowRankTests
{
    [Theory]
    [InlineData(1, 40, 4, 33)]
    [InlineData(7, 64, 16, 100)]
    [InlineData(120, 256, 32, 256)]
    public void F32_Sizes_EqualsTwoProducts(int m, int k, int rank, int n)
    {
        using NativeArray<float> x = Fill.Floats(m * k, 1);
        using NativeArray<float> u = Fill.Floats(k * rank, 2);
        using NativeArray<float> v = Fill.Floats(rank * n, 3);
        using NativeArray<float> bias = Fill.Floats(n, 4);
        using PackedMatrix pu = PackedMatrix.Create(u.Span, k, rank);
        using PackedMatrix pv = PackedMatrix.Create(v.Span, rank, n);
        using var y = new NativeArray<float>(m * n);
        var e = new GemmEpilogue { Bias = bias.Pointer };
        var middle = new float[m * rank];
        var want = new float[m * n];
        GemmF32.Run(x.Span, pu, middle, m, default);
        GemmF32.Run(middle, pv, want, m, in e);
        foreach (int threads in (int[])[1, 2])
        {
            LowRankF32.Run(x.Pointer, k, pu, pv, y.Pointer, n, m, in e, threads);
            for (int i = 0; i < want.Length; i++)
            {
                Assert.Equal(want[i], y[i], 1e-4);
            }
        }

        y.AssertIntact();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(90)]
    public void Int8_Rows_CloseToF32AndIndependent(int m)
    {
        const int K = 48;
        const int R = 20;
        const int N = 37;
        using NativeArray<float> x = Fill.Floats(m * K, 1);
        using NativeArray<sbyte> u = Fill.SBytes(K * R, 2);
        using NativeArray<sbyte> v = Fill.SBytes(R * N, 3);
        float[] su = [.. Enumerable.Repeat(0.001f, R)];
        float[] sv = [.. Enumerable.Repeat(0.002f, N)];
        using QuantizedMatrix pu = QuantizedMatrix.Create(u.Span, K, R, []);
        using QuantizedMatrix pv = QuantizedMatrix.Create(v.Span, R, N, []);
        using var y = new NativeArray<float>(m * N);
        using var row = new NativeArray<float>(N);
        fixed (float* ps = su, pt = sv)
        {
            LowRankInt8.Run(x.Pointer, K, pu, ps, pv, pt, null, default, y.Pointer, N, m, 2);
            LowRankInt8.Run(x.Pointer + ((m - 1) * K), K, pu, ps, pv, pt, null, default, row.Pointer, N, 1);
        }

        Assert.Equal(row.Span.ToArray(), y.Span[((m - 1) * N)..].ToArray());
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < N; j++)
            {
                double want = 0;
                for (int r = 0; r < R; r++)
                {
                    double middle = Enumerable.Range(0, K).Sum(e => (double)x[(i * K) + e] * u[(e * R) + r] * su[r]);
                    want += middle * v[(r * N) + j] * sv[j];
                }

                Assert.Equal(want, y[(i * N) + j], 0.05);
            }
        }

        y.AssertIntact();
    }

    [Fact]
    public void Run_RanksDiffer_ErrorNamesFactors()
    {
        using PackedMatrix u = PackedMatrix.Create(new float[12], 4, 3);
        using PackedMatrix v = PackedMatrix.Create(new float[10], 2, 5);
        ArgumentException error = Assert.Throws<ArgumentException>(() => LowRankF32.Run(null, 4, u, v, null, 5, 0, default));
        Assert.StartsWith("Expected factors [K,R] and [R,N], got [4,3] and [2,5].", error.Message, StringComparison.Ordinal);
    }
}
