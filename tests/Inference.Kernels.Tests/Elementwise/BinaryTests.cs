using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Elementwise;

public sealed unsafe class BinaryTests
{
    public static TheoryData<object> Kinds()
    {
        var data = new TheoryData<object>();
        foreach (BinaryKind kind in Enum.GetValues<BinaryKind>())
        {
            data.Add(kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EachVariant_EveryMode_EqualsFormula(object kindValue)
    {
        var kind = (BinaryKind)kindValue;
        BinaryKernel kernel = BinaryKernels.All[(int)kind];
        Assert.Equal(kind.ToString().ToLowerInvariant(), kernel.Name);
        foreach (BinaryKernel.Variant variant in kernel.Variants.Where(v => v.Supported))
        {
            foreach (int n in (int[])[0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 64])
            {
                for (int mode = 0; mode < 3; mode++)
                {
                    for (int alias = 0; alias < 3; alias++)
                    {
                        Check(kind, variant, n, mode, alias);
                    }
                }
            }
        }
    }

    [Fact]
    public void MinMax_NaN_IsNaN()
    {
        float* a = stackalloc float[16];
        float* b = stackalloc float[16];
        float* y = stackalloc float[16];
        new Span<float>(a, 16).Fill(float.NaN);
        new Span<float>(b, 16).Fill(1f);
        foreach (BinaryKind kind in (BinaryKind[])[BinaryKind.Min, BinaryKind.Max])
        {
            foreach (BinaryKernel.Variant variant in BinaryKernels.All[(int)kind].Variants.Where(v => v.Supported))
            {
                variant.Body(a, b, y, 16, 0);
                Assert.True(float.IsNaN(y[0]) && float.IsNaN(y[15]));
                variant.Body(b, a, y, 16, 0);
                Assert.True(float.IsNaN(y[0]) && float.IsNaN(y[15]));
            }
        }
    }

    private static void Check(BinaryKind kind, BinaryKernel.Variant variant, int n, int mode, int alias)
    {
        using NativeArray<float> a = Fill.Floats(Math.Max(1, n), n + 1, kind == BinaryKind.Pow ? 0.1f : -2f, 2f);
        using NativeArray<float> b = Fill.Floats(Math.Max(1, n), n + 2, -2f, 2f);
        using var other = new NativeArray<float>(n);
        float[] av = a.Span.ToArray();
        float[] bv = b.Span.ToArray();
        float* y = alias == 1 ? a.Pointer : alias == 2 ? b.Pointer : other.Pointer;
        variant.Body(a.Pointer, b.Pointer, y, n, mode);
        for (int i = 0; i < n; i++)
        {
            float want = Exact(kind, mode == 1 ? av[0] : av[i], mode == 2 ? bv[0] : bv[i]);
            Assert.Equal(want, y[i]);
        }

        a.AssertIntact();
        b.AssertIntact();
        other.AssertIntact();
    }

    internal static float Exact(BinaryKind kind, float a, float b) => kind switch
    {
        BinaryKind.Add => a + b,
        BinaryKind.Sub => a - b,
        BinaryKind.Mul => a * b,
        BinaryKind.Div => a / b,
        BinaryKind.Min => Math.Min(a, b),
        BinaryKind.Max => Math.Max(a, b),
        BinaryKind.Pow => (float)Math.Pow(a, b),
        BinaryKind.PRelu => a < 0 ? a * b : a,
        BinaryKind.SquaredDifference => (a - b) * (a - b),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
