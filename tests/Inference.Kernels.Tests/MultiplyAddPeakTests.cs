using Inference.Kernels.Simd;
using Inference.Kernels.Tests.Covering;

namespace Inference.Kernels.Tests;

[Covers(typeof(MultiplyAddPeak), "multiply_add_peak_f32")]
public sealed unsafe class MultiplyAddPeakTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void Body_EveryVariant_DoesSoManyPasses(int passes)
    {
        float one = 0.999f;
        for (int i = 0; i < passes; i++)
        {
            one = MathF.FusedMultiplyAdd(one, 0.999f, 0.001f);
        }

        float four = one + one + (one + one);
        float want = four + (four + (one + one));
        float* sums = stackalloc float[TileLimits.Lanes];
        foreach (RowKernel.Variant variant in MultiplyAddPeak.Kernel.Variants.Where(v => v.Supported))
        {
            variant.Body(sums, 0, passes);
            Assert.All(new Span<float>(sums, variant.Lanes).ToArray(), sum => Assert.Equal(want, sum));
        }
    }

    [Fact]
    public void Measure_OfThreads_IsPositive() => Assert.True(MultiplyAddPeak.Measure(2) > 0);
}
