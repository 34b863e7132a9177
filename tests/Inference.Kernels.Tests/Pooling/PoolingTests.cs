using Inference.Kernels.Convolution;
using Inference.Kernels.Pooling;

namespace Inference.Kernels.Tests.Pooling;

public sealed unsafe class PoolingTests
{
    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Run_ManyGeometries_EqualsFormula(TensorLayout layout)
    {
        int seed = 1;
        foreach (PoolingKind kind in Enum.GetValues<PoolingKind>())
        {
            foreach (int c in (int[])[1, 3, 4, 9, 16, 33])
            {
                foreach (int k in (int[])[1, 2, 3])
                {
                    foreach (int stride in (int[])[1, 2, 3])
                    {
                        foreach (IsaTier limit in (IsaTier[])[IsaTier.Scalar, IsaTier.AdvSimd, IsaTier.Avx2, IsaTier.Avx512])
                        {
                            var g = new ConvolutionGeometry
                            {
                                InChannels = c,
                                OutChannels = c,
                                KernelHeight = k,
                                KernelWidth = k + (seed % 2),
                                StrideHeight = stride,
                                StrideWidth = stride,
                                DilationHeight = 1 + (seed % 2),
                                PadTop = Math.Min(seed % 2, k - 1),
                                PadLeft = seed % 2,
                                PadBottom = Math.Min(1, k - 1),
                                PadRight = 0,
                            };
                            Check(kind, layout, g, 2, 8, 7 + (seed % 15), seed % 2, limit, seed++);
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Max8_BothLayouts_EqualsFormula()
    {
        var g = new ConvolutionGeometry { InChannels = 37, OutChannels = 37, KernelHeight = 3, KernelWidth = 2, StrideHeight = 2, StrideWidth = 1, PadTop = 1, PadLeft = 1 };
        int oh = g.OutputHeight(7);
        int ow = g.OutputWidth(6);
        using NativeArray<byte> nchw = Fill.Bytes(37 * 42, 3);
        using var nhwc = new NativeArray<byte>(37 * 42);
        for (int i = 0; i < nchw.Length; i++)
        {
            nhwc.Span[(i % 42 * 37) + (i / 42)] = nchw[i];
        }

        using var a = new NativeArray<byte>(37 * oh * ow);
        using var b = new NativeArray<byte>(37 * oh * ow);
        MaxPooling8.Run(TensorLayout.Nchw, in g, nchw.Pointer, a.Pointer, 1, 7, 6, oh, ow);
        MaxPooling8.Run(TensorLayout.Nhwc, in g, nhwc.Pointer, b.Pointer, 1, 7, 6, oh, ow);
        for (int c = 0; c < 37; c++)
        {
            for (int p = 0; p < oh * ow; p++)
            {
                int want = 0;
                for (int t = 0; t < 6; t++)
                {
                    int iy = (p / ow * 2) - 1 + (t / 2);
                    int ix = (p % ow) - 1 + (t % 2);
                    want = iy is >= 0 and < 7 && ix is >= 0 and < 6 ? Math.Max(want, nchw[(c * 42) + (iy * 6) + ix]) : want;
                }

                Assert.Equal(want, a[(c * oh * ow) + p]);
                Assert.Equal(want, b[(p * 37) + c]);
            }
        }

        a.AssertIntact();
        b.AssertIntact();
    }

    private static void Check(PoolingKind kind, TensorLayout layout, ConvolutionGeometry g, int batch, int h, int w, int ceil, IsaTier limit, int seed)
    {
        int c = g.InChannels;
        int oh = g.OutputHeight(h) + (((g.OutputHeight(h) * g.StrideHeight) - g.PadTop < h) ? ceil : 0);
        int ow = g.OutputWidth(w) + (((g.OutputWidth(w) * g.StrideWidth) - g.PadLeft < w) ? ceil : 0);
        using NativeArray<float> x = Fill.Floats(batch * c * h * w, seed);
        using var y = new NativeArray<float>(batch * c * oh * ow);
        var job = new PoolingJob(kind, in g, x.Pointer, y.Pointer, batch, h, w, oh, ow);
        if (layout == TensorLayout.Nchw)
        {
            NchwPoolingF32.RunPlanes(in job, 0, batch * c, limit);
        }
        else
        {
            NhwcPoolingF32.RunRows(in job, 0, batch * oh, limit);
        }

        for (int i = 0; i < batch * c * oh * ow; i++)
        {
            int n = i / (c * oh * ow);
            int channel = i / (oh * ow) % c;
            int oy = i / ow % oh;
            int ox = i % ow;
            double sum = 0;
            double max = double.NegativeInfinity;
            int inside = 0;
            int padded = 0;
            for (int t = 0; t < g.KernelHeight * g.KernelWidth; t++)
            {
                int iy = (oy * g.StrideHeight) - g.PadTop + (t / g.KernelWidth * g.DilationHeight);
                int ix = (ox * g.StrideWidth) - g.PadLeft + (t % g.KernelWidth * g.DilationWidth);
                padded += iy < h + g.PadBottom && ix < w + g.PadRight ? 1 : 0;
                if (iy >= 0 && iy < h && ix >= 0 && ix < w)
                {
                    float v = x[layout == TensorLayout.Nchw ? (((((n * c) + channel) * h) + iy) * w) + ix : (((((n * h) + iy) * w) + ix) * c) + channel];
                    sum += v;
                    max = Math.Max(max, v);
                    inside++;
                }
            }

            if (inside == 0)
            {
                continue;
            }

            double want = kind switch { PoolingKind.Max => max, PoolingKind.Average => sum / inside, _ => sum / padded };
            float got = y[layout == TensorLayout.Nchw ? i : (((((n * oh) + oy) * ow) + ox) * c) + channel];
            Assert.True(Math.Abs(want - got) < 1e-6, $"{kind} {layout} {limit} {g} [{i}]: expected {want}, got {got}");
        }

        y.AssertIntact();
    }
}
