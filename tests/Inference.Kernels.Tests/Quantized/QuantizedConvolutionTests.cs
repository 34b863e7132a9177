using Inference.Kernels.Convolution;
using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Convolution;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Quantized;

[Covers(typeof(QuantizedConvolution), "depthwise_u8s8")]
public sealed unsafe class QuantizedConvolutionTests(ITestOutputHelper output)
{
    private static readonly (int, int, int)[] Channels =
    [
        (1, 5, 1), (3, 16, 1), (4, 33, 1), (8, 8, 2), (16, 70, 1), (12, 32, 4), (8, 16, 8), (6, 6, 6), (19, 19, 19), (40, 40, 40), (64, 64, 64), (100, 100, 100), (400, 3, 1),
    ];

    [Theory]
    [MemberData(nameof(QuantizedGemmTests.Kernels), MemberType = typeof(QuantizedGemmTests))]
    public void Run_EveryPairOfOptions_EqualsFormulaBitForBit(string name)
    {
        GemmS32Kernel kernel = GemmS32Kernels.All.Single(k => k.Name == name);
        var space = new OptionSpace($"convolution int8 on {name}");
        var geometry = new GeometryCase(space, Channels);
        Option<TensorLayout> layout = space.Add("layout", Enum.GetValues<TensorLayout>());
        Option<bool> signedX = space.Add("signed X", Choices.Either);
        Option<bool> signedW = space.Add("signed W", Choices.Either);
        Option<string> zeroX = space.Add("zero of X", "0", "lowest", "inside");
        Option<ZeroPoints> zeroW = space.Add("zeros of W", Enum.GetValues<ZeroPoints>());
        Option<int> range = space.Add("range of W", 256, 64);
        Option<int> threads = space.Add("threads", Choices.Threads);
        Option<int> offset = space.Add("offset", 0, 1);
        var epilogue = new EpilogueCase(space, true);
        space.Run(output, seed =>
        {
            ConvolutionGeometry g = geometry.Geometry;
            (int batch, int h, int w) = (geometry.Batch, geometry.Height, geometry.Width);
            (bool sx, bool sw) = (signedX.Value, signedW.Value);
            int pixels = g.OutputHeight(h) * g.OutputWidth(w);
            int depth = g.InChannels / g.Groups * g.KernelHeight * g.KernelWidth;
            int size = epilogue.ElementSize;
            int zx = zeroX.Value switch { "0" => 0, "lowest" => sx ? -128 : 255, _ => sx ? -7 : 131 };
            int[] zw = zeroW.Value.Of(sw, g.OutChannels);
            using NativeArray<byte> weights = Fill.Bytes(g.OutChannels * depth, seed);
            foreach (ref byte v in weights.Span)
            {
                // A narrow range about the zero point is what depthwise tiles of s8 take.
                v = range.Value == 256 ? v : (byte)((v % 64) + (sw ? -32 : 96));
            }

            using NativeArray<byte> x = Fill.Bytes(batch * g.InChannels * h * w, seed + 1, offset.Value);
            using var y = new NativeArray<byte>(batch * g.OutChannels * pixels * size, offset.Value);
            using QuantizedEpilogueData data = epilogue.Create(0, g.OutChannels, seed);
            using QuantizedConvolution conv = QuantizedConvolution.Create(in g, weights.Pointer, sw, zw, kernel);
            QuantizedEpilogue e = data.Epilogue;
            conv.Run(x.Pointer, sx, zx, y.Pointer, layout.Value, batch, h, w, in e, threads.Value);
            var planes = new double[x.Length];
            for (int i = 0; i < planes.Length; i++)
            {
                byte raw = x[ConvolutionReference.At(layout.Value, i, g.InChannels, h * w)];
                planes[i] = (sx ? (sbyte)raw : raw) - zx;
            }

            var filter = new double[weights.Length];
            for (int i = 0; i < filter.Length; i++)
            {
                filter[i] = (sw ? (sbyte)weights[i] : weights[i]) - (zw.Length == 0 ? 0 : zw[zw.Length == 1 ? 0 : i / depth]);
            }

            double[] sums = ConvolutionReference.Sums(in g, planes, filter, batch, h, w);
            for (int i = 0; i < sums.Length; i++)
            {
                int at = ConvolutionReference.At(layout.Value, i, g.OutChannels, pixels);
                data.Check(sums[i], 0, i / pixels % g.OutChannels, y.Pointer + (at * size));
            }

            y.AssertIntact();
        });
    }
}
