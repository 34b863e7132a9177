using Inference.Kernels.Convolution.Volumes;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;
using Inference.Kernels.Windows;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Convolution;

[Covers(typeof(VolumeConvolutionF32))]
[Covers(typeof(TransposedConvolutionF32))]
[Covers(typeof(ScatteredConvolutionF32))]
public sealed unsafe class VolumeCoveringTests(ITestOutputHelper output)
{
    private sealed class VolumeCase
    {
        private readonly Option<(int In, int Out, int Groups)> _channels;
        private readonly Option<(int Depth, int Height, int Width)> _kernel;
        private readonly Option<(int Depth, int Height, int Width)> _stride;
        private readonly Option<(int Depth, int Height, int Width)> _dilation;
        private readonly Option<string> _padding;
        private readonly Option<VolumeSize> _volume;
        private readonly Option<int> _batch;
        private readonly Option<bool> _bias;
        private readonly Option<int> _threads;

        public VolumeCase(OptionSpace space, params VolumeSize[] volumes)
        {
            _channels = space.Add("channels", (1, 1, 1), (3, 8, 1), (4, 6, 2), (8, 8, 8), (40, 20, 1), (32, 32, 1));
            _kernel = space.Add("kernel", (1, 1, 1), (1, 3, 2), (3, 3, 3), (3, 1, 1), (1, 4, 4), (2, 2, 2), (2, 1, 5));
            _stride = space.Add("stride", (1, 1, 1), (1, 2, 2), (2, 2, 2), (3, 1, 2), (1, 3, 1), (2, 1, 1));
            _dilation = space.Add("dilation", (1, 1, 1), (1, 2, 2), (2, 1, 1), (1, 1, 3));
            _padding = space.Add("padding", "none", "one", "uneven", "wide");
            _volume = space.Add("volume", volumes);
            _batch = space.Add("batch", 1, 2);
            _bias = space.Add("bias", Choices.Either);
            _threads = space.Add("threads", Choices.Threads);
        }

        public VolumeSize Volume => _volume.Value;

        public int Batch => _batch.Value;

        public bool UsesBias => _bias.Value;

        public int Threads => _threads.Value;

        public DepthAxis Depth
        {
            get
            {
                (int before, int after) = _padding.Value switch { "none" => (0, 0), "one" => (1, 1), "uneven" => (0, 2), _ => (3, 1) };
                return new(_kernel.Value.Depth, _stride.Value.Depth, _dilation.Value.Depth, before, after);
            }
        }

        public ConvolutionGeometry Plane
        {
            get
            {
                (int top, int left, int bottom, int right) = _padding.Value switch { "none" => (0, 0, 0, 0), "one" => (1, 1, 1, 1), "uneven" => (0, 1, 2, 0), _ => (3, 2, 1, 4) };
                return new()
                {
                    InChannels = _channels.Value.In,
                    OutChannels = _channels.Value.Out,
                    Groups = _channels.Value.Groups,
                    KernelHeight = _kernel.Value.Height,
                    KernelWidth = _kernel.Value.Width,
                    StrideHeight = _stride.Value.Height,
                    StrideWidth = _stride.Value.Width,
                    DilationHeight = _dilation.Value.Height,
                    DilationWidth = _dilation.Value.Width,
                    PadTop = top,
                    PadLeft = left,
                    PadBottom = bottom,
                    PadRight = right,
                };
            }
        }
    }

    [Fact]
    public void Convolution_EveryPairOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("volume convolution f32");
        var options = new VolumeCase(space, new VolumeSize(5, 7, 6), new VolumeSize(8, 4, 11), new VolumeSize(1, 5, 5));
        Option<Activation> activation = space.Add("activation", Choices.FewActivations);
        space.Run(output, seed =>
        {
            ConvolutionGeometry g = options.Plane;
            DepthAxis depth = options.Depth;
            VolumeSize from = options.Volume;
            var to = new VolumeSize(depth.Output(from.Depth), g.OutputHeight(from.Height), g.OutputWidth(from.Width));
            int cg = g.InChannels / g.Groups;
            int taps = depth.Kernel * g.KernelHeight * g.KernelWidth;
            using NativeArray<float> weights = Fill.Floats(g.OutChannels * cg * taps, seed);
            using NativeArray<float> x = Fill.Floats(options.Batch * g.InChannels * (int)from.Count, seed + 1);
            using NativeArray<float> bias = Fill.Floats(g.OutChannels, seed + 2);
            using NativeArray<float> y = Fill.Floats(options.Batch * g.OutChannels * (int)to.Count, seed + 3);
            using VolumeConvolutionF32 convolution = VolumeConvolutionF32.Create(in g, depth, weights.Span);
            convolution.Run(x.Pointer, y.Pointer, options.Batch, from.Depth, from.Height, from.Width, options.UsesBias ? bias.Pointer : null, activation.Value, options.Threads);
            for (int i = 0; i < y.Length; i++)
            {
                (int place, int o, int n) = (i % (int)to.Count, i / (int)to.Count % g.OutChannels, i / (int)to.Count / g.OutChannels);
                double sum = options.UsesBias ? bias[o] : 0;
                for (int e = 0; e < cg * taps; e++)
                {
                    (int c, int tap) = (e / taps, e % taps);
                    int d = (place / to.Width / to.Height * depth.Stride) - depth.Before + (tap / g.KernelWidth / g.KernelHeight * depth.Dilation);
                    int h = (place / to.Width % to.Height * g.StrideHeight) - g.PadTop + (tap / g.KernelWidth % g.KernelHeight * g.DilationHeight);
                    int w = (place % to.Width * g.StrideWidth) - g.PadLeft + (tap % g.KernelWidth * g.DilationWidth);
                    if ((uint)d < (uint)from.Depth && (uint)h < (uint)from.Height && (uint)w < (uint)from.Width)
                    {
                        int channel = (n * g.InChannels) + (o / (g.OutChannels / g.Groups) * cg) + c;
                        sum += (double)x[(((((channel * from.Depth) + d) * from.Height) + h) * from.Width) + w] * weights[(o * cg * taps) + e];
                    }
                }

                Assert.Equal(GemmReference.Activate(activation.Value, sum), y[i], 5e-5);
            }

            y.AssertIntact();
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Transposed_EveryPairOfOptions_EqualsFormula(bool scattered)
    {
        var space = new OptionSpace("transposed convolution f32");
        var options = new VolumeCase(space, new VolumeSize(1, 1, 1), new VolumeSize(1, 5, 4), new VolumeSize(3, 4, 5), new VolumeSize(2, 9, 7));
        Option<int> extra = space.Add("output padding", 0, 1, 2);
        space.Run(output, seed =>
        {
            ConvolutionGeometry g = options.Plane;
            DepthAxis depth = options.Depth;
            VolumeSize from = options.Volume;
            var to = new VolumeSize(
                Size(from.Depth, depth.Stride, depth.Kernel, depth.Dilation, depth.Before + depth.After, extra.Value),
                Size(from.Height, g.StrideHeight, g.KernelHeight, g.DilationHeight, g.PadTop + g.PadBottom, extra.Value),
                Size(from.Width, g.StrideWidth, g.KernelWidth, g.DilationWidth, g.PadLeft + g.PadRight, extra.Value));
            int og = g.OutChannels / g.Groups;
            int taps = depth.Kernel * g.KernelHeight * g.KernelWidth;
            using NativeArray<float> weights = Fill.Floats(g.InChannels * og * taps, seed);
            using NativeArray<float> x = Fill.Floats(options.Batch * g.InChannels * (int)from.Count, seed + 1);
            using NativeArray<float> bias = Fill.Floats(g.OutChannels, seed + 2);
            using NativeArray<float> y = Fill.Floats(options.Batch * g.OutChannels * (int)to.Count, seed + 3);
            float* added = options.UsesBias ? bias.Pointer : null;
            if (scattered)
            {
                using ScatteredConvolutionF32 convolution = ScatteredConvolutionF32.Create(in g, depth, weights.Span);
                convolution.Run(x.Pointer, y.Pointer, options.Batch, from, to, added, options.Threads);
            }
            else
            {
                using TransposedConvolutionF32 convolution = TransposedConvolutionF32.Create(in g, depth, weights.Span);
                convolution.Run(x.Pointer, y.Pointer, options.Batch, from, to, added, options.Threads);
            }

            var want = new double[y.Length];
            for (int i = 0; i < x.Length; i++)
            {
                (int place, int c, int n) = (i % (int)from.Count, i / (int)from.Count % g.InChannels, i / (int)from.Count / g.InChannels);
                for (int e = 0; e < og * taps; e++)
                {
                    int tap = e % taps;
                    int d = (place / from.Width / from.Height * depth.Stride) - depth.Before + (tap / g.KernelWidth / g.KernelHeight * depth.Dilation);
                    int h = (place / from.Width % from.Height * g.StrideHeight) - g.PadTop + (tap / g.KernelWidth % g.KernelHeight * g.DilationHeight);
                    int w = (place % from.Width * g.StrideWidth) - g.PadLeft + (tap % g.KernelWidth * g.DilationWidth);
                    if ((uint)d < (uint)to.Depth && (uint)h < (uint)to.Height && (uint)w < (uint)to.Width)
                    {
                        int o = (n * g.OutChannels) + (c / (g.InChannels / g.Groups) * og) + (e / taps);
                        want[(((((o * to.Depth) + d) * to.Height) + h) * to.Width) + w] += (double)x[i] * weights[(c * og * taps) + e];
                    }
                }
            }

            for (int i = 0; i < want.Length; i++)
            {
                Assert.Equal(want[i] + (options.UsesBias ? bias[i / (int)to.Count % g.OutChannels] : 0), y[i], 5e-5);
            }

            y.AssertIntact();
        });
    }

    private static int Size(int input, int stride, int kernel, int dilation, int pads, int extra) => Math.Max(0, ((input - 1) * stride) + ((kernel - 1) * dilation) + 1 - pads + extra);
}
