using Inference.Kernels.Convolution;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Convolution;

[Covers(typeof(ConvolutionF32), "grouped_f32_nhwc", "winograd_f32_input", "winograd_f32_output", "interleave_f32", "pack_windows_f32")]
[Covers(typeof(ConvolutionF32), "conv_f32_few_channels_3x3", "conv_f32_few_channels_5x5", "conv_f32_few_channels_3x9")]
[Covers(typeof(ConvolutionF32), "depthwise_f32_nchw", "depthwise_f32_nchw_3x3", "depthwise_f32_nchw_tall", "depthwise_f32_nchw_copy", "depthwise_f32_nhwc")]
public sealed unsafe class ConvolutionF32CoveringTests(ITestOutputHelper output)
{
    // Which method a layer takes depends on its channels: dense, of few channels, of Winograd's multiples, grouped by fractions of vectors, depthwise.
    private static readonly (int, int, int)[] Channels =
    [
        (1, 5, 1), (1, 8, 1), (2, 1, 1), (3, 16, 1), (3, 24, 1), (4, 8, 2), (16, 20, 1), (17, 70, 1), (32, 32, 1), (34, 21, 1), (48, 80, 1), (32, 34, 2),
        (12, 12, 12), (19, 19, 19), (40, 40, 40), (40, 40, 5), (28, 28, 7), (6, 6, 3), (48, 48, 3), (8, 16, 8), (300, 8, 1), (64, 3, 1), (48, 1, 1), (130, 4, 1),
    ];

    private enum Residual
    {
        None,
        Apart,
        InPlace,
    }

    [Theory]
    [MemberData(nameof(ConvolutionF32Tests.Kernels), MemberType = typeof(ConvolutionF32Tests))]
    [MemberData(nameof(GemmBf16Tests.Kernels), MemberType = typeof(GemmBf16Tests))]
    public void Run_EveryPairOfOptions_EqualsFormula(string name)
    {
        GemmF32Kernel kernel = GemmF32Kernels.All.Concat(GemmBf16Kernels.All).Single(k => k.Name == name);
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
            bool pairs = kernel.Pairs && ConvolutionF32.IsForPairs(in g, layoutY);
            Func<float, double> round = pairs ? Bf16Reference.Round : static v => v;
            using ConvolutionF32 conv = ConvolutionF32.Create(in g, weights.Span, layoutY, pairs || !kernel.Pairs ? kernel : GemmF32Kernels.Best, direct.Value);
            conv.Run(x.Pointer, layoutX, y.Pointer, batch, h, w, in epilogue, threads.Value);
            var planes = new double[x.Length];
            for (int i = 0; i < planes.Length; i++)
            {
                planes[i] = round(x[ConvolutionReference.At(layoutX, i, g.InChannels, h * w)]);
            }

            double[] sums = ConvolutionReference.Sums(in g, planes, [.. weights.Span.ToArray().Select(round)], batch, h, w);
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
}
