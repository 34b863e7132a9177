using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Elementwise;

public sealed unsafe class UnaryTests
{
    private const float Alpha = 0.25f;
    private const float Beta = 0.75f;

    public static TheoryData<UnaryKind> Kinds()
    {
        var data = new TheoryData<UnaryKind>();
        foreach (UnaryKind kind in Enum.GetValues<UnaryKind>())
        {
            data.Add(kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EachVariant_AwkwardSizes_EqualsScalarBits(UnaryKind kind)
    {
        UnaryKernel kernel = UnaryKernels.All[(int)kind];
        Assert.Equal(kind.ToString().ToLowerInvariant(), kernel.Name);
        UnaryKernel.Variant scalar = kernel.Variants[^1];
        foreach (UnaryKernel.Variant variant in kernel.Variants.Where(v => v.Supported))
        {
            foreach (int n in (int[])[0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100])
            {
                foreach (bool inPlace in (bool[])[false, true])
                {
                    using NativeArray<float> x = Fill.Floats(n, n, -12f, 12f);
                    using var want = new NativeArray<float>(n);
                    using var other = new NativeArray<float>(n);
                    scalar.Body(x.Pointer, want.Pointer, n, Alpha, Beta);
                    NativeArray<float> y = inPlace ? x : other;
                    variant.Body(x.Pointer, y.Pointer, n, Alpha, Beta);
                    Assert.Equal(want.Span.ToArray().Select(BitConverter.SingleToInt32Bits), y.Span.ToArray().Select(BitConverter.SingleToInt32Bits));
                    y.AssertIntact();
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EachVariant_SpecialValues_EqualsScalar(UnaryKind kind)
    {
        float[] special =
        [
            0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon,
            float.MaxValue, float.MinValue, 88.7f, 89f, -87f, -88f, -104f, -110f, 0.5f, 1.5f, 2.5f, -0.5f,
        ];
        UnaryKernel kernel = UnaryKernels.All[(int)kind];
        using NativeArray<float> x = NativeArray<float>.Of(special);
        using var want = new NativeArray<float>(special.Length);
        kernel.Variants[^1].Body(x.Pointer, want.Pointer, special.Length, Alpha, Beta);
        foreach (UnaryKernel.Variant variant in kernel.Variants.Where(v => v.Supported))
        {
            using var y = new NativeArray<float>(special.Length);
            variant.Body(x.Pointer, y.Pointer, special.Length, Alpha, Beta);
            Assert.Equal(want.Span.ToArray(), y.Span.ToArray());
        }

        for (int i = 0; i < special.Length; i++)
        {
            double exact = UnaryReference.Exact(kind, special[i], Alpha, Beta);
            float rounded = (float)exact;
            if (float.IsNaN(rounded) || float.IsInfinity(rounded))
            {
                Assert.True(rounded.Equals(want[i]), $"{kind}({special[i]}): expected {rounded}, got {want[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scalar_OverRange_WithinStatedBound(UnaryKind kind)
    {
        // ULP of the result, or a bound relative to max(floor, |y|) where cancellation rules ULP out.
        (double ulps, double floor) = kind switch
        {
            UnaryKind.Exp or UnaryKind.Log => (2.0, 0.0),
            UnaryKind.Sigmoid => (4, 0),
            UnaryKind.Silu => (5, 0),
            UnaryKind.Tanh or UnaryKind.Erf => (6, 0),
            UnaryKind.Gelu or UnaryKind.GeluTanh => (1e-6 * Math.Pow(2, 23), 1),
            UnaryKind.Elu => (2, Alpha),
            UnaryKind.Selu => (3, Beta),
            UnaryKind.Softplus => (2, 1),
            UnaryKind.HardSwish or UnaryKind.HardSigmoid => (4, 1),
            UnaryKind.Softsign => (1.5, 0),
            _ => (0.5, 0),
        };
        using NativeArray<float> x = Fill.Floats(200_000, 7, kind is UnaryKind.Log or UnaryKind.Sqrt ? 1e-6f : -86f, 86f);
        using var y = new NativeArray<float>(x.Length);
        for (int i = 0; i < x.Length; i += 2)
        {
            x.Span[i] = kind is UnaryKind.Log ? 0.5f + (i * 1e-5f) : x[i] / 40f;
        }

        Unary.Run(kind, x.Pointer, y.Pointer, x.Length, Alpha, Beta);
        for (int i = 0; i < x.Length; i++)
        {
            double want = UnaryReference.Exact(kind, x[i], Alpha, Beta);
            double scale = Math.Max(floor, Math.Abs(want));
            double unit = Math.Max(Math.Pow(2, Math.Floor(Math.Log2(Math.Max(scale, 1.2e-38))) - 23), 1.5e-45);
            double error = Math.Abs(want - y[i]) / unit;
            Assert.True(error <= ulps * 1.0001, $"{kind}({x[i]:R}): expected {want:R}, got {y[i]:R}, {error} units");
        }
    }
}
