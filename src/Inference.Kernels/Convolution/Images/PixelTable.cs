using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Memory;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Images;

/// <summary>The addresses of the pixels of an [N,H,W,C] image that are read by the windows of a run of output pixels.</summary>
internal static unsafe class PixelTable
{
    /// <summary>
    /// rows[tap · pitch + i] = address of channel <paramref name="channel"/> of the pixel that output pixel m + i reads at that
    /// kernel position, or of zeros.
    /// </summary>
    public static void Fill(in ConvolutionJob job, int channel, nint m, int count, int pitch, float** rows)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        float* zeros = (float*)ZeroRow.OfAtLeast((nint)g.InChannels * sizeof(float));
        Fill(in g, (byte*)(job.X + channel), sizeof(float), job.Height, job.Width, job.OutHeight, job.OutWidth, m, count, pitch, (byte*)zeros, (byte**)rows);
    }

    /// <summary>As above for elements of any size; <paramref name="x"/> already points at the requested channel.</summary>
    public static void Fill(
        in ConvolutionGeometry g, byte* x, int elementSize, int height, int width, int outHeight, int outWidth, nint m, int count,
        int pitch, byte* padding, byte** rows)
    {
        int pixels = outHeight * outWidth;
        nint image = m / pixels;
        int rest = (int)(m % pixels);
        int oy = rest / outWidth;
        int ox = rest % outWidth;
        nint pixelSize = (nint)g.InChannels * elementSize;
        nint rowSize = pixelSize * width;
        nint step = g.StrideWidth * pixelSize;
        for (int i = 0; i < count;)
        {
            // Pixels of one output row: each kernel position reads pixels at equal distances, but for those in the padding.
            int run = Math.Min(count - i, outWidth - ox);
            byte* source = x + (image * height * rowSize);
            int y0 = (oy * g.StrideHeight) - g.PadTop;
            int x0 = (ox * g.StrideWidth) - g.PadLeft;
            byte** to = rows + i;
            for (int ky = 0; ky < g.KernelHeight; ky++)
            {
                int iy = y0 + (ky * g.DilationHeight);
                bool rowInside = (uint)iy < (uint)height;
                byte* line = source + (iy * rowSize);
                for (int kx = 0; kx < g.KernelWidth; kx++, to += pitch)
                {
                    int ix = x0 + (kx * g.DilationWidth);
                    int first = 0;
                    int end = 0;
                    if (rowInside)
                    {
                        first = ix >= 0 ? 0 : g.StrideWidth == 1 ? Math.Min(run, -ix) : Math.Min(run, (g.StrideWidth - 1 - ix) / g.StrideWidth);
                        int last = ix + ((run - 1) * g.StrideWidth);
                        end = last < width ? run : ix >= width ? first : Math.Max(first, (width - ix + g.StrideWidth - 1) / g.StrideWidth);
                    }

                    FillRun(to, line + (ix * pixelSize), step, first, end, run, padding);
                }
            }

            i += run;
            ox = 0;
            if (++oy == outHeight)
            {
                oy = 0;
                image++;
            }
        }
    }

    // Entries first to end − 1 at equal distances from `at`, padding before and after.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FillRun(byte** to, byte* at, nint step, int first, int end, int count, byte* padding)
    {
        int i = 0;
        for (; i < first; i++)
        {
            to[i] = padding;
        }

        at += i * step;
        for (; i + 4 <= end; i += 4, at += 4 * step)
        {
            to[i] = at;
            to[i + 1] = at + step;
            to[i + 2] = at + (2 * step);
            to[i + 3] = at + (3 * step);
        }

        for (; i < end; i++, at += step)
        {
            to[i] = at;
        }

        for (; i < count; i++)
        {
            to[i] = padding;
        }
    }

    /// <summary>to[i] = the window of output pixel m + i as [KH][KW][C/groups], zeros in the padding.</summary>
    public static void CopyWindows(in ConvolutionJob job, int group, nint m, int count, float* to)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int pixels = job.OutPixels;
        int channels = g.GroupInChannels;
        nint rowSize = (nint)g.InChannels * job.Width;
        bool contiguous = g.Groups == 1 && g.DilationWidth == 1;
        for (int i = 0; i < count; i++)
        {
            int rest = (int)((m + i) % pixels);
            float* source = job.X + ((m + i) / pixels * job.Height * rowSize) + (group * channels);
            int y0 = (rest / job.OutWidth * g.StrideHeight) - g.PadTop;
            int x0 = (rest % job.OutWidth * g.StrideWidth) - g.PadLeft;
            bool inside = x0 >= 0 && x0 + ((g.KernelWidth - 1) * g.DilationWidth) < job.Width;
            for (int ky = 0; ky < g.KernelHeight; ky++)
            {
                int iy = y0 + (ky * g.DilationHeight);
                int run = g.KernelWidth * channels;
                if ((uint)iy >= (uint)job.Height)
                {
                    new Span<float>(to, run).Clear();
                }
                else if (contiguous && inside)
                {
                    Copy(source + (iy * rowSize) + (x0 * g.InChannels), to, run);
                }
                else
                {
                    CopyTaps(in g, source + (iy * rowSize), x0, job.Width, to);
                }

                to += run;
            }
        }
    }

    private static void CopyTaps(in ConvolutionGeometry g, float* row, int x0, int width, float* to)
    {
        int channels = g.GroupInChannels;
        for (int kx = 0; kx < g.KernelWidth; kx++, to += channels)
        {
            int ix = x0 + (kx * g.DilationWidth);
            for (int c = 0; c < channels; c++)
            {
                to[c] = (uint)ix < (uint)width ? row[((nint)ix * g.InChannels) + c] : 0f;
            }
        }
    }

    private static void Copy(float* from, float* to, int count)
    {
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Vector256.Load(from + i).Store(to + i);
        }

        for (; i < count; i++)
        {
            to[i] = from[i];
        }
    }
}
