using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Convolution;

[Covers(typeof(ConvolutionF32), "grouped_f32_nhwc", "winograd_f32_input", "winograd_f32_output", "interleave_f32", "pack_windows_f32")]
[Covers(typeof(ConvolutionF32), "conv_f32_few_channels_3x3", "conv_f32_few_channels_5x5", "conv_f32_few_channels_3x9")]
[Covers(typeof(ConvolutionF32), "depthwise_f32_nchw", "depthwise_f32_nchw_3x3", "depthwise_f32_nhwc")]
[Covers(typeof(TransposedConvolutionF32))]
public sealed unsafe class ConvolutionF32CoveringTests(ITestOutputHelper output)
{
    // Which method a layer takes depends on its channels: dense, of few channels, of Winograd's multiples, grouped by fractions of vectors, depthwise.
    private static readonly (int, int, int)[] Channels =
    [
        (1, 5, 1), (1, 8, 1), (2, 1, 1), (3, 16, 1), (3, 24, 1), (4, 8, 2), (16, 20, 1), (17, 70, 1), (32, 32, 1), (48, 80, 1), (32, 34, 2),
        (12, 12, 12), (19, 19, 19), (40, 40, 40), (40, 40, 5), (28, 28, 7), (6, 6, 3), (48, 48, 3), (8, 16, 8), (300, 8, 1),
    ];

    private enum Residual
    {
        None,
        Apart,
        InPlace,
    }

    [Theory]
    [MemberData(nameof(ConvolutionF32Tests.Kernels), MemberType = typeof(ConvolutionF32Tests))]
    public void Run_EveryPairOfOptions_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Single(k => k.Name == name);
        var space = new OptionSpace($"convolution f32 on {name}");
        var geometry = new GeometryCase(space, Channels);
        Option<(TensorLayout X, TensorLayout Y)> layouts = space.Add(
            "layouts", (TensorLayout.Nchw, TensorLayout.Nchw), (TensorLayout.Nhwc, TensorLayout.Nhwc), (TensorLayout.Nchw, TensorLayout.Nhwc));
        Option<bool> direct = space.Add("direct", Choices.Either);
        Option<bool> useBias = space.Add("bias", Choices.Either);
        Option<Residual> residual = space.Add("residual", Enum.GetValues<Residual>());
        Option<Activation> activation = space.Add("activation", Choices.FewActivations);
        Option<int> threads = space.Add("threads", Choices.Threads);
        Option<int> offset = space.Add("offset", 0, 1);
        space.Run(output, seed =>
        {
            ConvolutionGeometry g = geometry.Geometry;
            (int batch, int h, int w) = (geometry.Batch, geometry.Height, geometry.Width);
            (TensorLayout layoutX, TensorLayout layoutY) = layouts.Value;
            int pixels = g.OutputHeight(h) * g.OutputWidth(w);
            int depth = g.InChannels / g.Groups * g.KernelHeight * g.KernelWidth;
            using NativeArray<float> weights = Fill.Floats(g.OutChannels * depth, seed);
            using NativeArray<float> x = Fill.Floats(batch * g.InChannels * h * w, seed + 1, offset: offset.Value);
            using NativeArray<float> bias = Fill.Floats(g.OutChannels, seed + 2);
            using NativeArray<float> y = Fill.Floats(batch * g.OutChannels * pixels, seed + 3, offset: offset.Value);
            using NativeArray<float> apart = Fill.Floats(y.Length, seed + 4);
            NativeArray<float> added = residual.Value == Residual.InPlace ? y : apart;
            float[] old = added.Span.ToArray();
            var epilogue = new ConvolutionEpilogue
            {
                Bias = useBias.Value ? bias.Pointer : null,
                Residual = residual.Value == Residual.None ? null : added.Pointer,
                Activation = activation.Value,
            };
            using ConvolutionF32 conv = ConvolutionF32.Create(in g, weights.Span, layoutY, kernel, direct.Value);
            conv.Run(x.Pointer, layoutX, y.Pointer, batch, h, w, in epilogue, threads.Value);
            var planes = new double[x.Length];
            for (int i = 0; i < planes.Length; i++)
            {
                planes[i] = x[ConvolutionReference.At(layoutX, i, g.InChannels, h * w)];
            }

            double[] sums = ConvolutionReference.Sums(in g, planes, [.. weights.Span.ToArray().Select(v => (double)v)], batch, h, w);
            for (int i = 0; i < sums.Length; i++)
            {
                int at = ConvolutionReference.At(layoutY, i, g.OutChannels, pixels);
                int o = i / pixels % g.OutChannels;
                double want = GemmReference.Activate(
                    activation.Value, sums[i] + (useBias.Value ? bias[o] : 0) + (residual.Value == Residual.None ? 0 : old[at]));
                Assert.True(Math.Abs(want - y[at]) <= 1e-5 + (depth * 1e-7), $"element {i} of [N,O,OH,OW], channel {o}: expected {want}, got {y[at]}");
            }

            y.AssertIntact();
        });
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void DepthwiseTiers_EveryPairOfOptions_EqualFormula(object layoutValue)
    {
        var layout = (TensorLayout)layoutValue;
        var space = new OptionSpace($"depthwise f32 {layout}", 3);
        Option<IsaTier> limit = space.Add("tier", Choices.Tiers);
        var geometry = new GeometryCase(
            space, [(1, 1), (3, 3), (5, 5), (2, 2), (1, 7), (7, 1)], [.. new[] { 1, 3, 4, 7, 8, 12, 16, 24, 29, 48 }.Select(c => (c, c, c))]);
        Option<bool> useBias = space.Add("bias", Choices.Either);
        Option<Residual> residual = space.Add("residual", Enum.GetValues<Residual>());
        Option<Activation> activation = space.Add("activation", Choices.FewActivations);
        space.Run(output, seed =>
        {
            ConvolutionGeometry g = geometry.Geometry;
            (int batch, int h, int w) = (geometry.Batch, geometry.Height, geometry.Width);
            int pixels = g.OutputHeight(h) * g.OutputWidth(w);
            int taps = g.KernelHeight * g.KernelWidth;
            int c = g.InChannels;
            using NativeArray<float> weights = Fill.Floats(c * taps, seed);
            using NativeArray<float> x = Fill.Floats(batch * c * h * w, seed + 1);
            using NativeArray<float> bias = Fill.Floats(c, seed + 2);
            using NativeArray<float> y = Fill.Floats(batch * c * pixels, seed + 3);
            using NativeArray<float> apart = Fill.Floats(y.Length, seed + 4);
            NativeArray<float> added = residual.Value == Residual.InPlace ? y : apart;
            float[] old = added.Span.ToArray();
            var epilogue = new ConvolutionEpilogue
            {
                Bias = useBias.Value ? bias.Pointer : null,
                Residual = residual.Value == Residual.None ? null : added.Pointer,
                Activation = activation.Value,
            };
            var job = new ConvolutionJob(in g, x.Pointer, y.Pointer, weights.Pointer, batch, h, w, in epilogue);
            if (layout == TensorLayout.Nchw)
            {
                NchwDepthwiseF32.RunPlanes(in job, 0, batch * c / 2, limit.Value);
                NchwDepthwiseF32.RunPlanes(in job, batch * c / 2, batch * c, limit.Value);
            }
            else
            {
                NhwcDepthwiseF32.RunPixels(in job, 0, batch * pixels / 2, limit.Value);
                NhwcDepthwiseF32.RunPixels(in job, batch * pixels / 2, batch * pixels, limit.Value);
            }

            // [C,taps] where planes are first, [taps,C] where channels are last.
            var filter = new double[c * taps];
            for (int i = 0; i < filter.Length; i++)
            {
                filter[i] = weights[layout == TensorLayout.Nchw ? i : (i % taps * c) + (i / taps)];
            }

            var planes = new double[x.Length];
            for (int i = 0; i < planes.Length; i++)
            {
                planes[i] = x[ConvolutionReference.At(layout, i, c, h * w)];
            }

            double[] sums = ConvolutionReference.Sums(in g, planes, filter, batch, h, w);
            for (int i = 0; i < sums.Length; i++)
            {
                int at = ConvolutionReference.At(layout, i, c, pixels);
                double sum = sums[i] + (useBias.Value ? bias[i / pixels % c] : 0) + (residual.Value == Residual.None ? 0 : old[at]);
                Assert.Equal(GemmReference.Activate(activation.Value, sum), y[at], 2e-5);
            }

            y.AssertIntact();
        });
    }

    [Fact]
    public void Transposed_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("transposed convolution f32");
        Option<(int In, int Out, int Groups)> channels = space.Add("channels", (1, 1, 1), (4, 6, 1), (4, 6, 2), (8, 8, 8), (40, 20, 1));
        Option<(int Height, int Width)> kernels = space.Add("kernel", (1, 1), (3, 2), (2, 5), (4, 4));
        Option<int> strideHeight = space.Add("stride h", 1, 2, 3);
        Option<int> strideWidth = space.Add("stride w", 1, 2, 3);
        Option<int> dilationHeight = space.Add("dilation h", 1, 2);
        Option<int> dilationWidth = space.Add("dilation w", 1, 2);
        Option<string> padding = space.Add("padding", "none", "one", "uneven", "wide");
        Option<int> extra = space.Add("output padding", 0, 1, 2);
        Option<(int Height, int Width)> image = space.Add("image", (1, 1), (5, 4), (17, 20));
        Option<int> batches = space.Add("batch", 1, 2);
        Option<bool> useBias = space.Add("bias", Choices.Either);
        Option<Activation> activation = space.Add("activation", Choices.FewActivations);
        Option<int> threads = space.Add("threads", Choices.Threads);
        space.Run(output, seed =>
        {
            (int top, int left, int bottom, int right) = padding.Value switch { "none" => (0, 0, 0, 0), "one" => (1, 1, 1, 1), "uneven" => (0, 1, 2, 0), _ => (3, 2, 1, 4) };
            var g = new ConvolutionGeometry
            {
                InChannels = channels.Value.In,
                OutChannels = channels.Value.Out,
                Groups = channels.Value.Groups,
                KernelHeight = kernels.Value.Height,
                KernelWidth = kernels.Value.Width,
                StrideHeight = strideHeight.Value,
                StrideWidth = strideWidth.Value,
                DilationHeight = dilationHeight.Value,
                DilationWidth = dilationWidth.Value,
                PadTop = top,
                PadLeft = left,
                PadBottom = bottom,
                PadRight = right,
            };
            (int h, int w) = image.Value;
            int oh = Math.Max(0, ((h - 1) * g.StrideHeight) + ((g.KernelHeight - 1) * g.DilationHeight) + 1 - top - bottom + extra.Value);
            int ow = Math.Max(0, ((w - 1) * g.StrideWidth) + ((g.KernelWidth - 1) * g.DilationWidth) + 1 - left - right + extra.Value);
            int batch = batches.Value;
            int taps = g.KernelHeight * g.KernelWidth;
            int cg = g.InChannels / g.Groups;
            int og = g.OutChannels / g.Groups;
            using NativeArray<float> weights = Fill.Floats(g.InChannels * og * taps, seed);
            using NativeArray<float> x = Fill.Floats(batch * g.InChannels * h * w, seed + 1);
            using NativeArray<float> bias = Fill.Floats(g.OutChannels, seed + 2);
            using NativeArray<float> y = Fill.Floats(batch * g.OutChannels * oh * ow, seed + 3);
            using TransposedConvolutionF32 conv = TransposedConvolutionF32.Create(in g, weights.Span);
            conv.Run(x.Pointer, y.Pointer, batch, h, w, oh, ow, useBias.Value ? bias.Pointer : null, activation.Value, threads.Value);
            var want = new double[y.Length];
            for (int i = 0; i < x.Length; i++)
            {
                int c = i / (h * w) % g.InChannels;
                for (int e = 0; e < og * taps; e++)
                {
                    int oy = (i / w % h * g.StrideHeight) - top + (e % taps / g.KernelWidth * g.DilationHeight);
                    int ox = (i % w * g.StrideWidth) - left + (e % g.KernelWidth * g.DilationWidth);
                    int o = (c / cg * og) + (e / taps);
                    if (oy >= 0 && oy < oh && ox >= 0 && ox < ow)
                    {
                        want[(((((i / (h * w) / g.InChannels * g.OutChannels) + o) * oh) + oy) * ow) + ox] += (double)x[i] * weights[(c * og * taps) + e];
                    }
                }
            }

            for (int i = 0; i < want.Length; i++)
            {
                double sum = want[i] + (useBias.Value ? bias[i / (oh * ow) % g.OutChannels] : 0);
                Assert.Equal(GemmReference.Activate(activation.Value, sum), y[i], 2e-5);
            }

            y.AssertIntact();
        });
    }
}
