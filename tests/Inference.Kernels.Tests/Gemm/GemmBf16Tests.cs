using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.TestSupport;

namespace Inference.Kernels.Tests.Gemm;

public sealed unsafe class GemmBf16Tests
{
    public static TheoryData<string> Kernels() => [.. GemmBf16Kernels.All.Where(k => k.Supported).Select(k => k.Name)];

    [Fact]
    public void Kernel_OnThisMachine_IsThereWhereTheCpuHasTheInstruction()
    {
        bool cpu = Avx512BW.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        Assert.Equal(cpu, GemmBf16Kernels.Best is not null);
        Assert.Equal(cpu, KernelInventory.List().Single(k => k.Family == "gemm_bf16").IsChosen);
    }

    /// <summary>In lanes without the instruction this is the float32 kernel.</summary>
    [Fact]
    public void CreateBFloat16_OnThisMachine_TakesTheKernelThatTheInventoryChose()
    {
        using NativeArray<float> b = Fill.Floats(64 * 96, 1);
        using PackedMatrix half = PackedMatrix.CreateBFloat16(b.Pointer, 96, 64, 96);
        using PackedMatrix single = PackedMatrix.Create(b.Pointer, 96, 64, 96);
        string chosen = KernelInventory.List().FirstOrDefault(k => k.Family == "gemm_bf16" && k.IsChosen)?.Name ?? GemmF32Kernels.Best.Name;
        Assert.Equal(chosen, half.KernelName);
        Assert.Equal(GemmF32Kernels.Best.Name, single.KernelName);
        Assert.Equal(GemmBf16Kernels.Best is null ? single.ByteLength : single.ByteLength / 2, half.ByteLength);
    }

    [Fact]
    public void CreateBFloat16_FewColumns_StaysFloat32()
    {
        using NativeArray<float> b = Fill.Floats(64 * 4, 1);
        using PackedMatrix packed = PackedMatrix.CreateBFloat16(b.Pointer, 4, 64, 4);
        using PackedMatrix float32 = PackedMatrix.Create(b.Pointer, 4, 64, 4);
        Assert.Equal(float32.KernelName, packed.KernelName);
        Assert.DoesNotContain("bf16", packed.KernelName, StringComparison.Ordinal);
    }

    /// <summary>Small integers are exact in bf16 and their sums in f32, whatever the order.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Run_SmallIntegers_IsExact(string name)
    {
        GemmF32Kernel kernel = GemmBf16Kernels.All.Single(k => k.Name == name);
        foreach (int n in (int[])[1, 15, 16, 17, 33, 64, 65, 127])
        {
            for (int m = 1; m <= 14; m++)
            {
                for (int k = 1; k <= 67; k += k < 20 ? 1 : 11)
                {
                    using NativeArray<float> a = Integers(m * k, m);
                    using NativeArray<float> b = Integers(k * n, n);
                    using var c = new NativeArray<float>(m * n);
                    using PackedMatrix packed = PackedMatrix.Create(b.Pointer, n, k, n, false, 1f, kernel);
                    GemmF32.Run(a.Pointer, k, packed, c.Pointer, n, m, default);
                    double[] want = GemmReference.Product(GemmReference.Dense(a.Span, k, m, k, false), GemmReference.Dense(b.Span, n, k, n, false), m, n, k);
                    Assert.Equal(want, c.Span.ToArray().Select(x => (double)x));
                    c.AssertIntact();
                }
            }
        }
    }

    /// <summary>K beyond what one call into emitted code sums.</summary>
    [Theory]
    [InlineData(1, 70, 5001)]
    [InlineData(3, 70, 9000)]
    [InlineData(1, 16, 4097)]
    public void Run_FewRowsOfGreatDepth_EqualsFormula(int m, int n, int k)
    {
        using NativeArray<float> a = Integers(m * k, 1);
        using NativeArray<float> b = Integers(k * n, 2);
        using var c = new NativeArray<float>(m * n);
        using PackedMatrix packed = PackedMatrix.CreateBFloat16(b.Pointer, n, k, n);
        GemmF32.Run(a.Pointer, k, packed, c.Pointer, n, m, default);
        double[] want = GemmReference.Product(GemmReference.Dense(a.Span, k, m, k, false), GemmReference.Dense(b.Span, n, k, n, false), m, n, k);
        Assert.Equal(want, c.Span.ToArray().Select(x => (double)x));
    }

    /// <summary>Rows beyond what is rounded at a time.</summary>
    [Fact]
    public void Run_ManyRows_EqualsTheirParts()
    {
        (int m, int n, int k) = (2304, 24, 1024);
        using NativeArray<float> a = Fill.Floats((nint)m * k, 1);
        using NativeArray<float> b = Fill.Floats(k * n, 2);
        using NativeArray<float> residual = Fill.Floats(m * n, 3);
        using NativeArray<float> rowBias = Fill.Floats(m, 4);
        using PackedMatrix packed = PackedMatrix.CreateBFloat16(b.Pointer, n, k, n);
        using var all = new NativeArray<float>(m * n);
        using var part = new NativeArray<float>(96 * n);
        GemmF32.Run(a.Pointer, k, packed, all.Pointer, n, m, new GemmEpilogue { Residual = residual.Pointer, ResidualStride = n, RowBias = rowBias.Pointer });
        for (int i = 0; i < m; i += 96)
        {
            GemmF32.Run(a.Pointer + ((nint)i * k), k, packed, part.Pointer, n, 96, new GemmEpilogue { Residual = residual.Pointer + (i * n), ResidualStride = n, RowBias = rowBias.Pointer + i });
            Assert.Equal(part.Span.ToArray(), all.Span.Slice(i * n, 96 * n).ToArray());
        }
    }

    [Fact]
    public void Run_TwoThreads_EqualsOneThread()
    {
        using NativeArray<float> a = Fill.Floats(400 * 700, 1);
        using NativeArray<float> b = Fill.Floats(700 * 200, 2);
        using PackedMatrix packed = PackedMatrix.CreateBFloat16(b.Pointer, 200, 700, 200);
        var one = new float[400 * 200];
        var two = new float[400 * 200];
        GemmF32.Run(a.Span, packed, one, 400, default);
        GemmF32.Run(a.Span, packed, two, 400, default, 2);
        Assert.Equal(one, two);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Run_NaNAndInfinity_GoWhereTheFormulaPutsThem(string name)
    {
        GemmF32Kernel kernel = GemmBf16Kernels.All.Single(k => k.Name == name);
        const int N = 20;
        using NativeArray<float> b = Fill.Floats(3 * N, 1, 0.5f, 1f);
        b.Span[N + 2] = 0f;
        using PackedMatrix packed = PackedMatrix.Create(b.Pointer, N, 3, N, false, 1f, kernel);
        var c = new float[4 * N];
        // The largest f32 rounds to infinity.
        GemmF32.Run([1f, float.NaN, 1f, 1f, float.PositiveInfinity, 1f, float.MaxValue, 1f, 1f, -1f, -1f, -1f], packed, c, 4, new GemmEpilogue { Activation = Activation.Relu });
        Assert.All(c[..N], y => Assert.True(float.IsNaN(y)));
        Assert.True(float.IsNaN(c[N + 2]));
        Assert.All(c[N..(2 * N)].Where((_, j) => j != 2), y => Assert.Equal(float.PositiveInfinity, y));
        Assert.All(c[(2 * N)..(3 * N)], y => Assert.Equal(float.PositiveInfinity, y));
        Assert.All(c[(3 * N)..], y => Assert.Equal(0f, y));
    }

    [Fact]
    public void Run_Prepacked_AllocatesNothing()
    {
        using NativeArray<float> b = Fill.Floats(64 * 70, 1);
        using PackedMatrix packed = PackedMatrix.CreateBFloat16(b.Pointer, 70, 64, 70);
        var a = new float[64 * 300];
        var c = new float[70 * 300];
        Assert.Equal(0, ManagedBytes.Of(Run));

        void Run()
        {
            GemmF32.Run(a, packed, c, 300, default, 2);
            GemmF32.Run(a, packed, c, 1, default, 2);
        }
    }

    private static NativeArray<float> Integers(int count, int seed)
    {
        var array = new NativeArray<float>(count);
        var random = new Random(seed);
        foreach (ref float x in array.Span)
        {
            x = random.Next(-9, 10);
        }

        return array;
    }
}
