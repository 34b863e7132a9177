using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Convolution;

/// <summary>Depthwise convolution of [N,H,W,C] images: four neighbouring pixels at a time, vectors over channels.</summary>
internal static unsafe class NhwcDepthwiseF32
{
    private const int Pixels = 4;

    public static void Run(ref ConvolutionJob job, int maxThreads)
    {
        nint pixels = (nint)job.Batch * job.OutPixels;
        bool parallel = maxThreads > 1 && 2 * job.Work >= Gemm.GemmF32Driver.ParallelWork;
        nint size = parallel ? nint.Max(Pixels, pixels / (4 * maxThreads) / Pixels * Pixels) : pixels;
        job.BlockSize = checked((int)size);
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run((int)((pixels + size - 1) / size), &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        nint first = (nint)block * job.BlockSize;
        RunPixels(in job, first, nint.Min((nint)job.Batch * job.OutPixels, first + job.BlockSize), IsaTier.Avx512);
    }

    internal static void RunPixels(in ConvolutionJob job, nint first, nint end, IsaTier limit)
    {
        int channels = job.Geometry.InChannels;
        using var table = new AlignedScratch<nint>(job.Geometry.Taps * Pixels);
        float** rows = (float**)table.Pointer;
        Activation activation = job.Epilogue.Activation;
        bool clip = activation.IsClip(out _, out _);
        for (nint m = first; m < end; m += Pixels)
        {
            int count = (int)nint.Min(Pixels, end - m);
            PixelTable.Fill(in job, 0, m, count, Pixels, rows);
            for (int i = count; i < Pixels; i++)
            {
                for (int tap = 0; tap < job.Geometry.Taps; tap++)
                {
                    rows[(tap * Pixels) + i] = rows[tap * Pixels];
                }
            }

            if (Simd512.IsSupported && limit >= IsaTier.Avx512 && channels >= 16)
            {
                Tile<Simd512, Vector512<float>>(in job, rows, m, count);
            }
            else if (Simd256.IsSupported && limit >= IsaTier.Avx2 && channels >= 8)
            {
                Tile<Simd256, Vector256<float>>(in job, rows, m, count);
            }
            else if (Simd128.IsSupported && limit >= IsaTier.AdvSimd && channels >= 4)
            {
                Tile<Simd128, Vector128<float>>(in job, rows, m, count);
            }
            else
            {
                Tile<Simd1, float>(in job, rows, m, count);
            }

            if (!clip)
            {
                float* y = job.Y + (m * channels);
                Activations.Apply(in activation, y, y, (nint)count * channels);
            }
        }
    }

    internal static void Describe(List<KernelInfo> to) => SimdNames.Describe(to, "depthwise_f32_nhwc");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<S, V>(in ConvolutionJob job, float** rows, nint m, int count)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint channels = job.Geometry.InChannels;
        int taps = job.Geometry.Taps;
        float* bias = job.Epilogue.Bias;
        float* residual = job.Epilogue.Residual;
        job.Epilogue.Activation.IsClip(out float low, out float high);
        V lowest = S.Splat(low);
        V highest = S.Splat(high);
        float* y0 = job.Y + (m * channels);
        nint offset = m * channels;
        // The last vector of channels overlaps the one before it. It must not add the residual to its own result when the
        // residual is y, so such a tail is done lane by lane instead.
        nint whole = residual == job.Y ? channels / S.Lanes * S.Lanes : channels;
        for (nint c = 0; c < whole; c += S.Lanes)
        {
            c = nint.Min(c, channels - S.Lanes);
            V start = bias == null ? S.Splat(0f) : S.Load(bias + c);
            V a0 = start;
            V a1 = start;
            V a2 = start;
            V a3 = start;
            float* w = job.Weights + c;
            float** at = rows;
            for (int tap = 0; tap < taps; tap++, w += channels, at += Pixels)
            {
                V weight = S.Load(w);
                a0 = S.Fma(S.Load(at[0] + c), weight, a0);
                a1 = S.Fma(S.Load(at[1] + c), weight, a1);
                a2 = S.Fma(S.Load(at[2] + c), weight, a2);
                a3 = S.Fma(S.Load(at[3] + c), weight, a3);
            }

            Finish<S, V>(a0, residual, offset + c, y0 + c, lowest, highest);
            if (count > 1)
            {
                Finish<S, V>(a1, residual, offset + channels + c, y0 + channels + c, lowest, highest);
            }

            if (count > 2)
            {
                Finish<S, V>(a2, residual, offset + (2 * channels) + c, y0 + (2 * channels) + c, lowest, highest);
            }

            if (count > 3)
            {
                Finish<S, V>(a3, residual, offset + (3 * channels) + c, y0 + (3 * channels) + c, lowest, highest);
            }
        }

        for (nint c = whole; c < channels; c++)
        {
            for (int i = 0; i < count; i++)
            {
                float sum = bias == null ? 0f : bias[c];
                for (int tap = 0; tap < taps; tap++)
                {
                    sum = MathF.FusedMultiplyAdd(rows[(tap * Pixels) + i][c], job.Weights[(tap * channels) + c], sum);
                }

                Finish<Simd1, float>(sum, residual, offset + (i * channels) + c, y0 + (i * channels) + c, low, high);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<S, V>(V sum, float* residual, nint offset, float* y, V low, V high)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (residual != null)
        {
            sum = S.Add(sum, S.Load(residual + offset));
        }

        S.Store(y, S.Min(high, S.Max(low, sum)));
    }
}
