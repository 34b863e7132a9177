using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Tests.Elementwise;

public sealed unsafe class UnaryTests
{
    private const float Alpha = 0.25f;
    private const float Beta = 0.75f;

    public static TheoryData<string> Kinds()
    {
        var data = new TheoryData<string>();
        foreach (UnaryFunction function in UnaryFunctions.All)
        {
            data.Add(function.Name);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EachVariant_AwkwardSizes_EqualsScalarBits(string name)
    {
        UnaryFunction kernel = Named(name);
        UnaryFunction.Variant scalar = kernel.Variants[^1];
        foreach (UnaryFunction.Variant variant in kernel.Variants.Where(v => v.Supported))
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
    public void EachVariant_SpecialValues_EqualsScalar(string name)
    {
        float[] special =
        [
            0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon,
            float.MaxValue, float.MinValue, 88.7f, 89f, -87f, -88f, -104f, -110f, 0.5f, 1.5f, 2.5f, -0.5f,
        ];
        UnaryFunction kernel = Named(name);
        using NativeArray<float> x = NativeArray<float>.Of(special);
        using var want = new NativeArray<float>(special.Length);
        kernel.Variants[^1].Body(x.Pointer, want.Pointer, special.Length, Alpha, Beta);
        foreach (UnaryFunction.Variant variant in kernel.Variants.Where(v => v.Supported))
        {
            using var y = new NativeArray<float>(special.Length);
            variant.Body(x.Pointer, y.Pointer, special.Length, Alpha, Beta);
            Assert.Equal(want.Span.ToArray(), y.Span.ToArray());
        }

        for (int i = 0; i < special.Length; i++)
        {
            double exact = UnaryReference.Exact(Named(name), special[i], Alpha, Beta);
            float rounded = (float)exact;
            if (float.IsNaN(rounded) || float.IsInfinity(rounded))
            {
                Assert.True(rounded.Equals(want[i]), $"{name}({special[i]}): expected {rounded}, got {want[i]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Scalar_OverRange_WithinStatedBound(string name)
    {
        // ULP of the result, or a bound relative to max(floor, |y|) where cancellation rules ULP out.
        (double ulps, double floor) = name switch
        {
            "exp" or "log" => (2.0, 0.0),
            "sigmoid" => (4, 0),
            "silu" => (5, 0),
            "tanh" or "erf" => (6, 0),
            "gelu" or "gelutanh" => (1e-6 * Math.Pow(2, 23), 1),
            "elu" => (2, Alpha),
            "selu" => (3, Beta),
            "scaledtanh" => (7, 0),
            "softplus" => (2, 1),
            "hardswish" or "hardsigmoid" => (4, 1),
            "softsign" => (1.5, 0),
            "sin" or "cos" => (2, 0),
            "tan" => (4, 0),
            "asin" or "acos" or "atan" or "celu" => (3, 0),
            "sinh" or "cosh" or "asinh" or "acosh" or "atanh" => (6, 0),
            "mish" => (8, 0),
            _ => (0.5, 0),
        };
        using NativeArray<float> x = Fill.Floats(200_000, 7, name is "log" or "sqrt" ? 1e-6f : -86f, 86f);
        using var y = new NativeArray<float>(x.Length);
        for (int i = 0; i < x.Length; i += 2)
        {
            x.Span[i] = name is "log" ? 0.5f + (i * 1e-5f) : x[i] / 40f;
        }

        Unary.Run(Named(name), x.Pointer, y.Pointer, x.Length, Alpha, Beta);
        for (int i = 0; i < x.Length; i++)
        {
            double want = UnaryReference.Exact(Named(name), x[i], Alpha, Beta);
            if (double.IsNaN(want))
            {
                Assert.True(float.IsNaN(y[i]), $"{name}({x[i]:R}): expected NaN, got {y[i]:R}");
                continue;
            }

            double scale = Math.Max(floor, Math.Abs(want));
            double unit = Math.Max(Math.Pow(2, Math.Floor(Math.Log2(Math.Max(scale, 1.2e-38))) - 23), 1.5e-45);
            double error = Math.Abs(want - y[i]) / unit;
            Assert.True(error <= ulps * 1.0001, $"{name}({x[i]:R}): expected {want:R}, got {y[i]:R}, {error} units");
        }
    }

    [Theory]
    [InlineData("sin", 60000f, 2)]
    [InlineData("cos", 60000f, 2)]
    [InlineData("tan", 60000f, 4)]
    [InlineData("sin", 1e30f, 2)]
    [InlineData("cos", 1e30f, 2)]
    [InlineData("tan", 1e30f, 4)]
    [InlineData("asin", 1f, 3)]
    [InlineData("acos", 1f, 3)]
    [InlineData("atan", 1e4f, 3)]
    [InlineData("atanh", 1f, 6)]
    [InlineData("acosh", 1e20f, 6)]
    [InlineData("asinh", 1e20f, 6)]
    [InlineData("asinh", 1e-3f, 6)]
    [InlineData("atan", 1e-3f, 3)]
    [InlineData("celu", 1e-3f, 3)]
    public void Vectors_OverRange_WithinStatedBound(string name, float range, double ulps)
    {
        using NativeArray<float> x = Fill.Floats(200_000, 11, -range, range);
        using var y = new NativeArray<float>(x.Length);
        for (int i = 0; i < x.Length && name == "acosh"; i++)
        {
            x.Span[i] = 1 + (Math.Abs(x[i]) * (i % 3 == 0 ? 1 : 1e-21f));
        }

        Unary.Run(Named(name), x.Pointer, y.Pointer, x.Length, Alpha, Beta);
        for (int i = 0; i < x.Length; i++)
        {
            double want = UnaryReference.Exact(Named(name), x[i], Alpha, Beta);
            double unit = Math.Max(Math.Pow(2, Math.Floor(Math.Log2(Math.Max(Math.Abs(want), 1.2e-38))) - 23), 1.5e-45);
            Assert.True(Math.Abs(want - y[i]) <= ulps * unit, $"{name}({x[i]:R}): expected {want:R}, got {y[i]:R}, {Math.Abs(want - y[i]) / unit} units");
        }
    }

    [Fact]
    public void All_Names_StandOnce() => Assert.Equal(UnaryFunctions.All.Count, UnaryFunctions.All.Select(f => f.Name).Distinct().Count());

    private static UnaryFunction Named(string name) => UnaryFunctions.All.Single(f => f.Name == name);
}
