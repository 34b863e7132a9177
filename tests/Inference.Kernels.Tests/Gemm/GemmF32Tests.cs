using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;

namespace Inference.Kernels.Tests.Gemm;

public sealed unsafe class GemmF32Tests
{
    private static readonly int[] Ms = [1, 2, 5, 6, 7, 13, 200];
    private static readonly int[] Ns = [1, 2, 4, 5, 8, 15, 16, 17, 31, 33, 64, 65, 130];
    private static readonly int[] Ks = [0, 1, 2, 3, 7, 33, 64, 513];

    public static TheoryData<string> Kernels()
    {
        var data = new TheoryData<string>();
        foreach (GemmF32Kernel kernel in GemmF32Kernels.All.Where(k => k.Supported))
        {
            data.Add(kernel.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void RunPacked_AwkwardSizes_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        int seed = 1;
        foreach (int m in Ms)
        {
            foreach (int n in Ns)
            {
                foreach (int k in Ks)
                {
                    if (m == 200 && (k == 513) != (n == 65))
                    {
                        continue;
                    }

                    CheckPacked(kernel, m, n, k, seed++, Activations[seed % Activations.Length]);
                }
            }
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void RunUnpacked_Transposes_EqualsFormula(bool transA, bool transB)
    {
        int seed = 1000;
        foreach (GemmF32Kernel kernel in GemmF32Kernels.All.Where(k => k.Supported))
        {
            foreach (int m in (int[])[1, 3, 6, 13, 40])
            {
                foreach (int n in Ns)
                {
                    foreach (int k in (int[])[0, 1, 5, 64])
                    {
                        CheckUnpacked(kernel, m, n, k, transA, transB, (seed & 1) == 0 ? 1f : 0.5f, seed++);
                    }
                }
            }
        }
    }

    [Fact]
    public void Run_TwoThreads_EqualsOneThread()
    {
        using NativeArray<float> a = Fill.Floats(150 * 300, 1);
        using NativeArray<float> b = Fill.Floats(300 * 200, 2);
        using PackedMatrix packed = PackedMatrix.Create(b.Span, 300, 200);
        var one = new float[150 * 200];
        var two = new float[150 * 200];
        GemmF32.Run(a.Span, packed, one, 150, default);
        GemmF32.Run(a.Span, packed, two, 150, default, 2);
        Assert.Equal(one, two);
    }

    [Fact]
    public void RunBatched_SharedB_EqualsSingleRuns()
    {
        using NativeArray<float> a = Fill.Floats(5 * 7 * 9, 1);
        using NativeArray<float> b = Fill.Floats(9 * 21, 2);
        using var c = new NativeArray<float>(5 * 7 * 21);
        var want = new float[7 * 21];
        GemmF32.RunBatched(5, a.Pointer, 9, 63, false, b.Pointer, 21, 0, false, c.Pointer, 21, 147, 7, 21, 9, 1f, default, 2);
        for (int i = 0; i < 5; i++)
        {
            fixed (float* w = want)
            {
                GemmF32.Run(a.Pointer + (i * 63), 9, false, b.Pointer, 21, false, w, 21, 7, 21, 9, 1f, default);
            }

            Assert.Equal(want, c.Span.Slice(i * 147, 147).ToArray());
        }

        c.AssertIntact();
    }

    [Fact]
    public void Run_NaNAndRelu_StaysNaN()
    {
        using PackedMatrix b = PackedMatrix.Create([1f, 1f, 1f, 1f, 1f, 1f], 1, 6);
        var c = new float[12];
        GemmF32.Run([float.NaN, -1f], b, c, 2, new GemmEpilogue { Activation = Activation.Relu });
        Assert.All(c[..6], y => Assert.True(float.IsNaN(y)));
        Assert.All(c[6..], y => Assert.Equal(0f, y));
    }

    [Fact]
    public void Run_ShortSpan_ErrorNamesMatrix()
    {
        using PackedMatrix b = PackedMatrix.Create(new float[12], 3, 4);
        ArgumentException error = Assert.Throws<ArgumentException>(() => GemmF32.Run(new float[5], b, new float[8], 2, default));
        Assert.StartsWith("Matrix [2,3] needs 6 elements, got 5. Pass the whole matrix.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Prepacked_AllocatesNothing()
    {
        using PackedMatrix b = PackedMatrix.Create(new float[64 * 70], 64, 70);
        var a = new float[64 * 300];
        var c = new float[70 * 300];
        GemmF32.Run(a, b, c, 300, default, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GemmF32.Run(a, b, c, 300, default, 2);
        GemmF32.Run(a, b, c, 1, default, 2);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static readonly Activation[] Activations =
    [
        default, Activation.Relu, Activation.Clip(-0.5f, 0.75f), new(ActivationKind.LeakyRelu, 0.1f), new(ActivationKind.Sigmoid),
        new(ActivationKind.Tanh), new(ActivationKind.HardSwish), new(ActivationKind.Silu),
    ];

    private static void CheckPacked(GemmF32Kernel kernel, int m, int n, int k, int seed, Activation activation)
    {
        int lda = k + (seed % 3);
        int ldc = n + (seed % 2);
        bool transposed = (seed & 4) != 0;
        using NativeArray<float> a = Fill.Floats(m * lda, seed);
        using NativeArray<float> b = Fill.Floats(k * n, seed + 1);
        using NativeArray<float> bias = Fill.Floats(n, seed + 2);
        using NativeArray<float> rowBias = Fill.Floats(m, seed + 3);
        using NativeArray<float> residual = Fill.Floats(m * n, seed + 4);
        using NativeArray<float> c = Fill.Floats(m * ldc, seed + 5);
        float[] old = c.Span.ToArray();
        using PackedMatrix packed = PackedMatrix.Create(b.Pointer, transposed ? k : n, k, n, transposed, 1f, kernel);
        var epilogue = new GemmEpilogue { Activation = activation };
        bool useBias = seed % 2 == 0;
        bool useRowBias = seed % 5 == 0;
        bool useResidual = seed % 3 == 0;
        epilogue.Accumulate = !useResidual && seed % 7 == 0;
        epilogue.Bias = useBias ? bias.Pointer : null;
        epilogue.RowBias = useRowBias ? rowBias.Pointer : null;
        epilogue.Residual = useResidual ? residual.Pointer : null;
        epilogue.ResidualStride = n;
        GemmF32.Run(a.Pointer, lda, packed, c.Pointer, ldc, m, in epilogue, 1 + (seed % 2));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < ldc; j++)
            {
                if (j >= n)
                {
                    Assert.Equal(old[(i * ldc) + j], c[(i * ldc) + j]);
                    continue;
                }

                (double sum, double magnitude) = GemmReference.Dot(
                    p => a[(i * lda) + p], p => transposed ? b[(j * k) + p] : b[(p * n) + j], k);
                sum += useBias ? bias[j] : 0;
                sum += useRowBias ? rowBias[i] : 0;
                sum += useResidual ? residual[(i * n) + j] : 0;
                sum += epilogue.Accumulate ? old[(i * ldc) + j] : 0;
                AssertClose(GemmReference.Activate(activation, sum), c[(i * ldc) + j], magnitude + 3, k, $"{kernel.Name} {m}x{n}x{k} [{i},{j}]");
            }
        }

        c.AssertIntact();
    }

    private static void CheckUnpacked(GemmF32Kernel kernel, int m, int n, int k, bool transA, bool transB, float alpha, int seed)
    {
        int lda = (transA ? m : k) + (seed % 3);
        int ldb = (transB ? k : n) + (seed % 2);
        using NativeArray<float> a = Fill.Floats((transA ? k : m) * lda, seed);
        using NativeArray<float> b = Fill.Floats((transB ? n : k) * ldb, seed + 1);
        using NativeArray<float> bias = Fill.Floats(n, seed + 2);
        using var c = new NativeArray<float>(m * n);
        var epilogue = new GemmEpilogue { Bias = bias.Pointer };
        GemmF32Unpacked.Run(
            kernel, a.Pointer, lda, transA, b.Pointer, ldb, transB, c.Pointer, n, m, n, k, alpha, in epilogue, 1 + (seed % 2));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                (double sum, double magnitude) = GemmReference.Dot(
                    p => transA ? a[(p * lda) + i] : a[(i * lda) + p], p => transB ? b[(j * ldb) + p] : b[(p * ldb) + j], k);
                AssertClose((alpha * sum) + bias[j], c[(i * n) + j], magnitude + 1, k, $"{kernel.Name} {m}x{n}x{k} [{i},{j}]");
            }
        }

        c.AssertIntact();
    }

    // The bound of a naive f32 sum: (K + 4) roundings of at most the sum of magnitudes; activations have slope ≤ 1.2 and add 6 ULP.
    private static void AssertClose(double want, float got, double magnitude, int k, string where)
    {
        double bound = (k + 16) * magnitude * Math.Pow(2, -24) * 1.2;
        Assert.True(Math.Abs(want - got) <= bound, $"{where}: expected {want}, got {got}, bound {bound}");
    }
}
