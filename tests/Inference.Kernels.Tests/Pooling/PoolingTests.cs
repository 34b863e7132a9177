using Inference.Kernels.Convolution;
using Inference.Kernels.Pooling;

namespace Inference.Kernels.Tests.Pooling;

public sealed unsafe class PoolingTests
{
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
}
