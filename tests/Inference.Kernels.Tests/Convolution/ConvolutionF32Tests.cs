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
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Run_DeepChannels_EqualsFormula(object layoutValue)
    {
        var layout = (TensorLayout)layoutValue;
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
    public void Run_TwoThreads_EqualsOneThread(object layoutValue, int groups)
    {
        var layout = (TensorLayout)layoutValue;
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
        Assert.StartsWith("Weights: expected 6 elements, got 5.", error.Message, StringComparison.Ordinal);
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
        Activation activation = (seed % 5) switch { 0 => default, 1 => Activation.Relu, 2 => Activation.Clip(-0.5f, 1f), 3 => new(UnaryFunctions.HardSwish), _ => default };
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
