using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;

namespace Inference.Kernels.Tests.Convolution;

public sealed unsafe class ConvolutionF32Tests
{
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
    public void Run_ManyGeometries_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        int seed = 1;
        foreach ((int c, int o, int groups) in ((int, int, int)[])[(1, 5, 1), (3, 16, 1), (4, 8, 2), (16, 20, 1), (32, 34, 2), (17, 70, 1), (12, 12, 12), (19, 19, 19), (40, 40, 40), (24, 24, 1), (2, 1, 1), (8, 12, 1), (40, 40, 5), (28, 28, 7), (6, 6, 3), (48, 48, 3)])
        {
            foreach ((int kh, int kw) in ((int, int)[])[(1, 1), (3, 3), (1, 5), (5, 2)])
            {
                foreach (int stride in (int[])[1, 2, 3])
                {
                    foreach (int dilation in (int[])[1, 2])
                    {
                        var g = new ConvolutionGeometry
                        {
                            InChannels = c,
                            OutChannels = o,
                            Groups = groups,
                            KernelHeight = kh,
                            KernelWidth = kw,
                            StrideHeight = stride,
                            StrideWidth = (seed % 3) == 0 ? 1 : stride,
                            DilationHeight = dilation,
                            DilationWidth = dilation,
                            PadTop = seed % 2,
                            PadLeft = seed % 3,
                            PadBottom = (seed + 1) % 2,
                            PadRight = 1,
                        };
                        Check(g, kernel, TensorLayout.Nchw, 1 + (seed % 2), 9, 11 + (seed % 9), seed);
                        Check(g, kernel, TensorLayout.Nhwc, 1 + (seed % 2), 9, 11 + (seed % 9), seed++);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Run_DeepChannels_EqualsFormula(TensorLayout layout)
    {
        // K above every blocking limit, so that sums are continued from C.
        var g = new ConvolutionGeometry { InChannels = 1100, OutChannels = 7, KernelHeight = 1, KernelWidth = 2, PadLeft = 1, StrideWidth = 2 };
        Check(g, GemmF32Kernels.Best, layout, 1, 3, 5, 77);
        g = new ConvolutionGeometry { InChannels = 1500, OutChannels = 9, KernelHeight = 1, KernelWidth = 1 };
        Check(g, GemmF32Kernels.Best, layout, 2, 3, 5, 79);
        g = new ConvolutionGeometry { InChannels = 300, OutChannels = 70, KernelHeight = 3, KernelWidth = 3, PadLeft = 1, PadTop = 1 };
        Check(g, GemmF32Kernels.Best, layout, 2, 6, 5, 78);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Run_WindowsOverManyRows_EqualsFormula(string name)
    {
        // More pixels than one block, rows longer and shorter than it, and blocks that end inside images.
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        int seed = 1;
        foreach ((int batch, int h, int w) in ((int, int, int)[])[(5, 7, 7), (2, 23, 31), (1, 3, 401), (40, 2, 3), (1, 401, 1)])
        {
            foreach ((int c, int o, int k, int stride, int pad) in ((int, int, int, int, int)[])[(3, 24, 3, 2, 1), (1, 8, 5, 1, 2), (3, 12, 5, 1, 1), (20, 16, 3, 1, 1), (4, 6, 3, 3, 4), (2, 3, 2, 4, 0)])
            {
                var g = new ConvolutionGeometry
                {
                    InChannels = c,
                    OutChannels = o,
                    KernelHeight = k,
                    KernelWidth = k,
                    StrideHeight = stride,
                    StrideWidth = stride,
                    DilationHeight = 1 + (seed % 2),
                    PadTop = pad,
                    PadLeft = pad,
                    PadBottom = pad,
                    PadRight = pad / 2,
                };
                if (g.OutputHeight(h) * g.OutputWidth(w) > 0)
                {
                    Check(g, kernel, TensorLayout.Nhwc, batch, h, w, seed++);
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Run_DepthwiseOfEveryWidth_EqualsFormula(int tier)
    {
        IsaTier limit = new[] { IsaTier.Scalar, IsaTier.AdvSimd, IsaTier.Avx2, IsaTier.Avx512 }[tier];
        int seed = 1;
        foreach (int channels in (int[])[1, 3, 4, 7, 8, 12, 16, 24, 29, 48])
        {
            foreach ((int k, int stride, int pad, int dilation) in ((int, int, int, int)[])[(3, 1, 1, 1), (3, 2, 1, 1), (5, 1, 2, 1), (5, 2, 0, 1), (3, 1, 5, 2), (2, 3, 1, 1), (7, 1, 6, 1)])
            {
                foreach ((int h, int w) in ((int, int)[])[(7, 7), (5, 23), (12, 3), (1, 40)])
                {
                    var g = new ConvolutionGeometry
                    {
                        InChannels = channels,
                        OutChannels = channels,
                        Groups = channels,
                        KernelHeight = k,
                        KernelWidth = k,
                        StrideHeight = stride,
                        StrideWidth = stride,
                        DilationHeight = dilation,
                        DilationWidth = dilation,
                        PadTop = pad,
                        PadLeft = pad,
                        PadBottom = pad,
                        PadRight = pad,
                    };
                    if (g.OutputHeight(h) * g.OutputWidth(w) > 0)
                    {
                        CheckDepthwise(g, limit, 1 + (seed % 2), h, w, seed++);
                    }
                }
            }
        }
    }

    private static void CheckDepthwise(ConvolutionGeometry g, IsaTier limit, int batch, int h, int w, int seed)
    {
        int oh = g.OutputHeight(h);
        int ow = g.OutputWidth(w);
        int channels = g.InChannels;
        int count = batch * oh * ow * channels;
        using NativeArray<float> weights = Fill.Floats(channels * g.KernelHeight * g.KernelWidth, seed);
        using NativeArray<float> x = Fill.Floats(batch * channels * h * w, seed + 1);
        using NativeArray<float> bias = Fill.Floats(channels, seed + 2);
        using NativeArray<float> y = Fill.Floats(count, seed + 3);
        float[] old = y.Span.ToArray();
        bool useResidual = seed % 2 == 1;
        Activation activation = (seed % 3) switch { 0 => default, 1 => Activation.Clip(-0.5f, 1f), _ => new(ActivationKind.HardSwish) };
        var epilogue = new ConvolutionEpilogue { Bias = seed % 5 == 0 ? null : bias.Pointer, Residual = useResidual ? y.Pointer : null, Activation = activation };
        var job = new ConvolutionJob(in g, x.Pointer, y.Pointer, weights.Pointer, batch, h, w, in epilogue);
        int middle = batch * oh * ow / 2;
        NhwcDepthwiseF32.RunPixels(in job, 0, middle, limit);
        NhwcDepthwiseF32.RunPixels(in job, middle, batch * oh * ow, limit);
        for (int i = 0; i < count; i++)
        {
            int c = i % channels;
            int ox = i / channels % ow;
            int oy = i / channels / ow % oh;
            int n = i / channels / ow / oh;
            double sum = epilogue.Bias == null ? 0 : bias[c];
            for (int tap = 0; tap < g.KernelHeight * g.KernelWidth; tap++)
            {
                int iy = (oy * g.StrideHeight) - g.PadTop + (tap / g.KernelWidth * g.DilationHeight);
                int ix = (ox * g.StrideWidth) - g.PadLeft + (tap % g.KernelWidth * g.DilationWidth);
                if (iy >= 0 && iy < h && ix >= 0 && ix < w)
                {
                    sum += (double)x[(((((n * h) + iy) * w) + ix) * channels) + c] * weights[(tap * channels) + c];
                }
            }

            double want = Gemm.GemmReference.Activate(activation, sum + (useResidual ? old[i] : 0));
            Assert.True(Math.Abs(want - y[i]) <= 2e-5, $"{limit} {g} [{n},{oy},{ox},{c}]: expected {want}, got {y[i]}");
        }

        y.AssertIntact();
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Run_Winograd_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        int seed = 1;
        foreach ((int c, int o) in ((int, int)[])[(32, 32), (48, 80), (64, 160)])
        {
            foreach ((int h, int w) in ((int, int)[])[(3, 3), (7, 7), (8, 13), (20, 6)])
            {
                var g = new ConvolutionGeometry
                {
                    InChannels = c,
                    OutChannels = o,
                    KernelHeight = 3,
                    KernelWidth = 3,
                    PadTop = seed % 2,
                    PadLeft = seed % 3,
                    PadBottom = 1,
                    PadRight = seed % 2,
                };
                Assert.True(WinogradF32.Suits(in g));
                Check(g, kernel, TensorLayout.Nchw, 1 + (seed % 2), h, w, seed);
                Check(g, kernel, TensorLayout.Nhwc, 1 + (seed % 2), h, w, seed++);
            }
        }
    }

    [Theory]
    [InlineData(TensorLayout.Nchw, 1)]
    [InlineData(TensorLayout.Nhwc, 1)]
    [InlineData(TensorLayout.Nchw, 24)]
    [InlineData(TensorLayout.Nhwc, 24)]
    public void Run_TwoThreads_EqualsOneThread(TensorLayout layout, int groups)
    {
        var g = new ConvolutionGeometry { InChannels = 24, OutChannels = 24, Groups = groups, KernelHeight = 3, KernelWidth = 3, PadLeft = 1, PadTop = 1 };
        using NativeArray<float> w = Fill.Floats(24 * 24 / groups * 9, 1);
        using NativeArray<float> x = Fill.Floats(2 * 24 * 40 * 40, 2);
        using ConvolutionF32 conv = ConvolutionF32.Create(in g, w.Span, layout);
        int count = 2 * 24 * g.OutputHeight(40) * g.OutputWidth(40);
        using var one = new NativeArray<float>(count);
        using var two = new NativeArray<float>(count);
        conv.Run(x.Pointer, one.Pointer, 2, 40, 40, default, 1);
        conv.Run(x.Pointer, two.Pointer, 2, 40, 40, default, 2);
        Assert.Equal(one.Span.ToArray(), two.Span.ToArray());
        two.AssertIntact();
    }

    [Fact]
    public void Create_TooFewWeights_ErrorSaysHowMany()
    {
        var g = new ConvolutionGeometry { InChannels = 2, OutChannels = 3, KernelHeight = 1, KernelWidth = 1 };
        ArgumentException error = Assert.Throws<ArgumentException>(() => ConvolutionF32.Create(in g, new float[5], TensorLayout.Nchw));
        Assert.StartsWith("Weights need 6 elements, got 5.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 2, 1)]
    [InlineData(3, 1, 1)]
    public void Transposed_Strides_EqualsFormula(int stride, int groups, int pad)
    {
        var g = new ConvolutionGeometry
        {
            InChannels = 4,
            OutChannels = 6,
            Groups = groups,
            KernelHeight = 3,
            KernelWidth = 2,
            StrideHeight = stride,
            StrideWidth = stride,
            PadTop = pad,
            PadLeft = pad,
        };
        const int H = 5;
        const int W = 4;
        int oh = ((H - 1) * stride) + 3 - pad;
        int ow = ((W - 1) * stride) + 2 - pad;
        using NativeArray<float> w = Fill.Floats(4 * 6 / groups * 6, 1);
        using NativeArray<float> x = Fill.Floats(2 * 4 * H * W, 2);
        using NativeArray<float> bias = Fill.Floats(6, 3);
        using var y = new NativeArray<float>(2 * 6 * oh * ow);
        using TransposedConvolutionF32 conv = TransposedConvolutionF32.Create(in g, w.Span);
        conv.Run(x.Pointer, y.Pointer, 2, H, W, oh, ow, bias.Pointer, default);
        var want = new double[y.Length];
        for (int i = 0; i < want.Length; i++)
        {
            want[i] = bias[i / (oh * ow) % 6];
        }

        for (int n = 0; n < 2; n++)
        {
            for (int c = 0; c < 4; c++)
            {
                for (int o = 0; o < 6 / groups; o++)
                {
                    for (int i = 0; i < H * W * 6; i++)
                    {
                        int h = i / 6 / W;
                        int col = i / 6 % W;
                        int ky = i % 6 / 2;
                        int kx = i % 2;
                        int oy = (h * stride) - pad + ky;
                        int ox = (col * stride) - pad + kx;
                        int channel = (c / (4 / groups) * (6 / groups)) + o;
                        if (oy >= 0 && oy < oh && ox >= 0 && ox < ow)
                        {
                            want[(((((n * 6) + channel) * oh) + oy) * ow) + ox] +=
                                x[(((n * 4) + c) * H * W) + (h * W) + col] * w[(((c * (6 / groups)) + o) * 6) + (ky * 2) + kx];
                        }
                    }
                }
            }
        }

        for (int i = 0; i < want.Length; i++)
        {
            Assert.True(Math.Abs(want[i] - y[i]) < 1e-5, $"[{i}]: expected {want[i]}, got {y[i]}");
        }

        y.AssertIntact();
    }

    private static void Check(ConvolutionGeometry g, GemmF32Kernel kernel, TensorLayout layout, int batch, int h, int w, int seed)
    {
        int oh = g.OutputHeight(h);
        int ow = g.OutputWidth(w);
        int cg = g.InChannels / g.Groups;
        int og = g.OutChannels / g.Groups;
        using NativeArray<float> weights = Fill.Floats(g.OutChannels * cg * g.KernelHeight * g.KernelWidth, seed);
        using NativeArray<float> x = Fill.Floats(batch * g.InChannels * h * w, seed + 1);
        using NativeArray<float> bias = Fill.Floats(g.OutChannels, seed + 2);
        using NativeArray<float> y = Fill.Floats(batch * g.OutChannels * oh * ow, seed + 3);
        using NativeArray<float> separate = Fill.Floats(y.Length, seed + 4);
        bool inPlace = seed % 4 == 1;
        NativeArray<float> residual = inPlace ? y : separate;
        float[] old = residual.Span.ToArray();
        bool useResidual = seed % 2 == 1;
        bool useBias = seed % 3 != 0;
        Activation activation = (seed % 5) switch { 0 => default, 1 => Activation.Relu, 2 => Activation.Clip(-0.5f, 1f), 3 => new(ActivationKind.HardSwish), _ => default };
        using ConvolutionF32 conv = ConvolutionF32.Create(in g, weights.Span, layout, kernel);
        var epilogue = new ConvolutionEpilogue
        {
            Bias = useBias ? bias.Pointer : null,
            Residual = useResidual ? residual.Pointer : null,
            Activation = activation,
        };
        bool planar = seed % 3 == 0;
        conv.Run(x.Pointer, planar ? TensorLayout.Nchw : layout, y.Pointer, batch, h, w, in epilogue, 1 + (seed % 2));
        for (int n = 0; n < batch; n++)
        {
            for (int o = 0; o < g.OutChannels; o++)
            {
                for (int p = 0; p < oh * ow; p++)
                {
                    double sum = useBias ? bias[o] : 0;
                    int index = layout == TensorLayout.Nchw ? (((n * g.OutChannels) + o) * oh * ow) + p : (((n * oh * ow) + p) * g.OutChannels) + o;
                    for (int c = 0; c < cg; c++)
                    {
                        for (int tap = 0; tap < g.KernelHeight * g.KernelWidth; tap++)
                        {
                            int iy = (p / ow * g.StrideHeight) - g.PadTop + (tap / g.KernelWidth * g.DilationHeight);
                            int ix = (p % ow * g.StrideWidth) - g.PadLeft + (tap % g.KernelWidth * g.DilationWidth);
                            if (iy >= 0 && iy < h && ix >= 0 && ix < w)
                            {
                                int channel = (o / og * cg) + c;
                                int at = planar || layout == TensorLayout.Nchw ? (((((n * g.InChannels) + channel) * h) + iy) * w) + ix
                                    : (((((n * h) + iy) * w) + ix) * g.InChannels) + channel;
                                sum += (double)x[at] * weights[(((o * cg) + c) * g.KernelHeight * g.KernelWidth) + tap];
                            }
                        }
                    }

                    sum += useResidual ? old[index] : 0;
                    double want = Gemm.GemmReference.Activate(activation, sum);
                    double bound = 1e-5 + (cg * g.KernelHeight * g.KernelWidth * 1e-7);
                    Assert.True(Math.Abs(want - y[index]) <= bound, $"{kernel.Name} {layout} {g} [{n},{o},{p}]: expected {want}, got {y[index]}");
                }
            }
        }

        y.AssertIntact();
    }
}
