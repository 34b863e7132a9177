using Inference.Kernels.Convolution;

namespace Inference.Kernels.Tests.Convolution;

/// <summary>The formula in f64, on [N,C,H,W].</summary>
internal static class ConvolutionReference
{
    /// <summary>Sums of a convolution; exact for integers.</summary>
    public static double[] Sums(in ConvolutionGeometry g, double[] x, double[] w, int batch, int height, int width)
    {
        int oh = g.OutputHeight(height);
        int ow = g.OutputWidth(width);
        int cg = g.InChannels / g.Groups;
        int og = g.OutChannels / g.Groups;
        int taps = g.KernelHeight * g.KernelWidth;
        var y = new double[batch * g.OutChannels * oh * ow];
        for (int i = 0; i < y.Length; i++)
        {
            int o = i / (oh * ow) % g.OutChannels;
            int n = i / (oh * ow) / g.OutChannels;
            int y0 = (i / ow % oh * g.StrideHeight) - g.PadTop;
            int x0 = (i % ow * g.StrideWidth) - g.PadLeft;
            double sum = 0;
            for (int c = 0; c < cg; c++)
            {
                int plane = ((n * g.InChannels) + (o / og * cg) + c) * height * width;
                int filter = ((o * cg) + c) * taps;
                for (int tap = 0; tap < taps; tap++)
                {
                    int iy = y0 + (tap / g.KernelWidth * g.DilationHeight);
                    int ix = x0 + (tap % g.KernelWidth * g.DilationWidth);
                    if (iy >= 0 && iy < height && ix >= 0 && ix < width)
                    {
                        sum += x[plane + (iy * width) + ix] * w[filter + tap];
                    }
                }
            }

            y[i] = sum;
        }

        return y;
    }

    /// <summary>Where element i of [N,C,pixels] lies in a layout.</summary>
    public static int At(TensorLayout layout, int i, int channels, int pixels) => layout == TensorLayout.Nchw ? i
        : (((i / (channels * pixels) * pixels) + (i % pixels)) * channels) + (i / pixels % channels);
}
