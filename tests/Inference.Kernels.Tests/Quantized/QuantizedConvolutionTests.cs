using Inference.Kernels.Convolution;
using Inference.Kernels.Quantized;

namespace Inference.Kernels.Tests.Quantized;

public sealed unsafe class QuantizedConvolutionTests
{
    [Theory]
    [MemberData(nameof(QuantizedGemmTests.Kernels), MemberType = typeof(QuantizedGemmTests))]
    public void Run_ManyGeometries_EqualsFormulaBitForBit(string name)
    {
        GemmS32Kernel kernel = GemmS32Kernels.All.Single(k => k.Name == name);
        int seed = 1;
        foreach ((int c, int o, int groups) in ((int, int, int)[])[(1, 5, 1), (3, 16, 1), (8, 8, 2), (16, 70, 1), (6, 6, 6), (19, 19, 19), (40, 40, 40), (100, 100, 100)])
        {
            foreach ((int kh, int kw) in ((int, int)[])[(1, 1), (3, 3), (2, 5)])
            {
                foreach (int stride in (int[])[1, 2])
                {
                    foreach (bool signed in (bool[])[false, true])
                    {
                        foreach (TensorLayout layout in Enum.GetValues<TensorLayout>())
                        {
                            var g = new ConvolutionGeometry
                            {
                                InChannels = c,
                                OutChannels = o,
                                Groups = groups,
                                KernelHeight = kh,
                                KernelWidth = kw,
                                StrideHeight = stride,
                                StrideWidth = stride,
                                DilationHeight = 1 + (seed % 2),
                                PadTop = seed % 2,
                                PadLeft = seed % 3,
                                PadBottom = 1,
                                PadRight = 1,
                            };
                            Check(g, kernel, layout, signed, 1 + (seed % 2), seed++);
                        }
                    }
                }
            }
        }

        Check(new ConvolutionGeometry { InChannels = 2000, OutChannels = 3, KernelHeight = 1, KernelWidth = 2 }, kernel, TensorLayout.Nhwc, false, 1, 501);
        Check(new ConvolutionGeometry { InChannels = 400, OutChannels = 3, KernelHeight = 3, KernelWidth = 3, PadTop = 1 }, kernel, TensorLayout.Nhwc, true, 1, 502);
    }

    private static void Check(ConvolutionGeometry g, GemmS32Kernel kernel, TensorLayout layout, bool signed, int batch, int seed)
    {
        const int H = 7;
        const int W = 8;
        int oh = g.OutputHeight(H);
        int ow = g.OutputWidth(W);
        int cg = g.InChannels / g.Groups;
        int og = g.OutChannels / g.Groups;
        int taps = g.KernelHeight * g.KernelWidth;
        bool signedW = seed % 4 != 0;
        using NativeArray<byte> w = Fill.Bytes(g.OutChannels * cg * taps, seed);
        using NativeArray<byte> x = Fill.Bytes(batch * g.InChannels * H * W, seed + 1);
        int[] zeros = (seed % 3) switch
        {
            0 => [],
            1 => [signedW ? 0 : 128],
            _ => Enumerable.Range(0, g.OutChannels).Select(j => signedW ? (j % 9) - 4 : 120 + (j % 9)).ToArray(),
        };
        int zx = signed ? -7 : 131;
        int[] bias = Enumerable.Range(0, g.OutChannels).Select(j => (j * 13) - 40).ToArray();
        float[] scale = Enumerable.Range(0, g.OutChannels).Select(j => 0.0005f + (0.0001f * j)).ToArray();
        using var y = new NativeArray<byte>(batch * g.OutChannels * oh * ow);
        using QuantizedConvolution conv = QuantizedConvolution.Create(in g, w.Pointer, signedW, zeros, kernel);
        byte[] table = [.. Enumerable.Range(0, 256).Select(i => (byte)(i * 7))];
        bool mapped = seed % 5 == 0;
        bool clipped = seed % 7 == 0;
        fixed (byte* pt = table)
        fixed (int* pb = bias)
        fixed (float* ps = scale)
        {
            var e = new QuantizedEpilogue { Output = QuantizedOutput.UInt8, Bias = pb, Scale = ps, ScalePerColumn = true, ZeroPoint = 100, Table = mapped ? pt : null, Clip = clipped, ClipLow = 100, ClipHigh = 180 };
            conv.Run(x.Pointer, signed, zx, y.Pointer, layout, batch, H, W, in e, 1 + (seed % 2));
        }

        for (int i = 0; i < batch * g.OutChannels * oh * ow; i++)
        {
            int n = i / (g.OutChannels * oh * ow);
            int o = i / (oh * ow) % g.OutChannels;
            int p = i % (oh * ow);
            int sum = bias[o];
            int zw = zeros.Length == 0 ? 0 : zeros[zeros.Length == 1 ? 0 : o];
            for (int t = 0; t < cg * taps; t++)
            {
                int channel = (o / og * cg) + (t / taps);
                int iy = (p / ow * g.StrideHeight) - g.PadTop + (t % taps / g.KernelWidth * g.DilationHeight);
                int ix = (p % ow * g.StrideWidth) - g.PadLeft + (t % g.KernelWidth * g.DilationWidth);
                if (iy >= 0 && iy < H && ix >= 0 && ix < W)
                {
                    byte rx = x[layout == TensorLayout.Nchw ? (((((n * g.InChannels) + channel) * H) + iy) * W) + ix
                        : (((((n * H) + iy) * W) + ix) * g.InChannels) + channel];
                    byte rw = w[(o * cg * taps) + t];
                    sum += ((signed ? (sbyte)rx : rx) - zx) * ((signedW ? (sbyte)rw : rw) - zw);
                }
            }

            int want = (int)MathF.Round(Math.Clamp(sum * scale[o], -100f, 155f)) + 100;
            want = clipped ? Math.Clamp(want, 100, 180) : want;
            want = mapped ? table[want] : want;
            byte got = y[layout == TensorLayout.Nchw ? i : (((n * oh * ow) + p) * g.OutChannels) + o];
            Assert.True(want == got, $"{kernel.Name} {layout} {g} seed {seed} [{n},{o},{p}]: expected {want}, got {got}");
        }

        y.AssertIntact();
    }
}
