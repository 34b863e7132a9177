using Inference.Kernels.Convolution;
using Inference.Kernels.Pooling;
using Inference.Kernels.Tests.Convolution;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Pooling;

[Covers(typeof(PoolingF32), "pool_f32_nhwc_max", "pool_f32_nhwc_sum")]
public sealed unsafe class PoolingCoveringTests(ITestOutputHelper output)
{
    private static readonly (int, int)[] Windows = [(1, 1), (2, 2), (3, 3), (2, 5), (5, 1)];

    [Fact]
    public void F32_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("pool_f32", 3);
        Option<PoolingKind> kind = space.Add("kind", Enum.GetValues<PoolingKind>());
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        Option<int> threads = space.Add("threads", 0, 1, 2);
        Option<bool> whole = space.Add("whole image", Choices.Either);
        Option<bool> ceil = space.Add("ceil", Choices.Either);
        var geometry = new GeometryCase(space, Windows, [.. new[] { 1, 3, 4, 9, 16, 33 }.Select(c => (c, c, 1))]);
        // The tier is chosen where blocks are run by hand (0 threads).
        space.Forbid(threads, t => t != 0, limit, t => t != IsaTier.Avx512);
        space.Run(output, seed =>
        {
            ConvolutionGeometry g = geometry.Geometry;
            (int batch, int h, int w, int c) = (geometry.Batch, geometry.Height, geometry.Width, g.InChannels);
            if (whole.Value)
            {
                g = new ConvolutionGeometry { InChannels = c, OutChannels = c, KernelHeight = h, KernelWidth = w, StrideHeight = g.StrideHeight, StrideWidth = g.StrideWidth };
            }

            // A window that starts beyond the image and its padding is not one.
            int oh = g.OutputHeight(h) + (((g.OutputHeight(h) * g.StrideHeight) - g.PadTop < h) && ceil.Value ? 1 : 0);
            int ow = g.OutputWidth(w) + (((g.OutputWidth(w) * g.StrideWidth) - g.PadLeft < w) && ceil.Value ? 1 : 0);
            using NativeArray<float> x = Fill.Floats(batch * c * h * w, seed);
            using var y = new NativeArray<float>(batch * c * oh * ow);
            var job = new PoolingJob(kind.Value, in g, x.Pointer, y.Pointer, batch, h, w, oh, ow);
            if (threads.Value > 0)
            {
                PoolingF32.Run(kind.Value, in g, x.Pointer, y.Pointer, batch, h, w, oh, ow, threads.Value);
                _ = limit.Value;
            }
            else
            {
                NhwcPoolingF32.RunRows(in job, 0, batch * oh, limit.Value);
            }

            for (int i = 0; i < y.Length; i++)
            {
                (double max, double sum, int inside, int padded) = Window(in g, h, w, i / ow % oh, i % ow, p => x[ConvolutionReference.At(TensorLayout.Nhwc, (i / (oh * ow) * h * w) + p, c, h * w)]);
                float got = y[ConvolutionReference.At(TensorLayout.Nhwc, i, c, oh * ow)];
                if (inside > 0)
                {
                    Assert.Equal(kind.Value switch { PoolingKind.Max => max, PoolingKind.Average => sum / inside, _ => sum / padded }, got, 1e-6);
                }
            }

            y.AssertIntact();
        });
    }

    // Of the elements of a window that lie in the image, and how many lie in it and in its padding.
    private static (double Max, double Sum, int Inside, int Padded) Window(in ConvolutionGeometry g, int h, int w, int oy, int ox, Func<int, double> x)
    {
        double max = double.NegativeInfinity;
        double sum = 0;
        int inside = 0;
        int padded = 0;
        for (int t = 0; t < g.KernelHeight * g.KernelWidth; t++)
        {
            int iy = (oy * g.StrideHeight) - g.PadTop + (t / g.KernelWidth * g.DilationHeight);
            int ix = (ox * g.StrideWidth) - g.PadLeft + (t % g.KernelWidth * g.DilationWidth);
            padded += iy < h + g.PadBottom && ix < w + g.PadRight ? 1 : 0;
            if (iy >= 0 && iy < h && ix >= 0 && ix < w)
            {
                double v = x((iy * w) + ix);
                sum += v;
                max = Math.Max(max, v);
                inside++;
            }
        }

        return (max, sum, inside, padded);
    }
}
