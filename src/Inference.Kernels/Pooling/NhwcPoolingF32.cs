using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Pooling;

/// <summary>Pooling of pixels [C]: vectors over channels, only the pixels of a window that lie inside the image are read.</summary>
internal static unsafe class NhwcPoolingF32
{
    public static void RunBlock(void* state, int block)
    {
        ref PoolingJob job = ref *(PoolingJob*)state;
        RunRows(
            in job, (int)((long)job.Units * block / job.Blocks), (int)((long)job.Units * (block + 1) / job.Blocks), IsaTier.Avx512);
    }

    internal static void RunRows(in PoolingJob job, int first, int end, IsaTier limit)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int channels = g.InChannels;
        using var table = new AlignedScratch<nint>(g.Taps);
        float** taps = (float**)table.Pointer;
        for (int row = first; row < end; row++)
        {
            int oy = row % job.OutHeight;
            float* image = job.X + ((nint)(row / job.OutHeight) * job.Height * job.Width * channels);
            float* y = job.Y + ((nint)row * job.OutWidth * channels);
            int countRows = job.CountRows(oy);
            for (int ox = 0; ox < job.OutWidth; ox++, y += channels)
            {
                int count = Collect(in job, image, oy, ox, taps);
                float divisor = job.Kind == PoolingKind.Max ? 0f : countRows * job.CountColumns(ox);
                if (Simd512.IsSupported && limit >= IsaTier.Avx512 && channels >= 16)
                {
                    Pixel<Simd512, Vector512<float>>(taps, count, channels, divisor, y);
                }
                else if (Simd256.IsSupported && limit >= IsaTier.Avx2 && channels >= 8)
                {
                    Pixel<Simd256, Vector256<float>>(taps, count, channels, divisor, y);
                }
                else if (Simd128.IsSupported && limit >= IsaTier.AdvSimd && channels >= 4)
                {
                    Pixel<Simd128, Vector128<float>>(taps, count, channels, divisor, y);
                }
                else
                {
                    Pixel<Simd1, float>(taps, count, channels, divisor, y);
                }
            }
        }
    }

    private static int Collect(in PoolingJob job, float* image, int oy, int ox, float** taps)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int count = 0;
        for (int ky = 0; ky < g.KernelHeight; ky++)
        {
            int iy = (oy * g.StrideHeight) - g.PadTop + (ky * g.DilationHeight);
            if ((uint)iy >= (uint)job.Height)
            {
                continue;
            }

            for (int kx = 0; kx < g.KernelWidth; kx++)
            {
                int ix = (ox * g.StrideWidth) - g.PadLeft + (kx * g.DilationWidth);
                if ((uint)ix < (uint)job.Width)
                {
                    taps[count++] = image + ((((nint)iy * job.Width) + ix) * g.InChannels);
                }
            }
        }

        return count;
    }

    // A divisor of 0 means maximum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pixel<S, V>(float** taps, int count, nint channels, float divisor, float* y)
        where S : struct, ISimd<V>
        where V : struct
    {
        bool max = divisor == 0f;
        V start = S.Splat(max ? float.MinValue : 0f);
        V d = S.Splat(divisor);
        for (nint c = 0; c < channels; c += S.Lanes)
        {
            c = nint.Min(c, channels - S.Lanes);
            V sum = start;
            if (max)
            {
                for (int t = 0; t < count; t++)
                {
                    sum = S.Max(sum, S.Load(taps[t] + c));
                }
            }
            else
            {
                for (int t = 0; t < count; t++)
                {
                    sum = S.Add(sum, S.Load(taps[t] + c));
                }

                sum = S.Div(sum, d);
            }

            S.Store(y + c, sum);
        }
    }
}
