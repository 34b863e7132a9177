using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Pooling;

/// <summary>Pooling of planes [H,W].</summary>
internal static unsafe class NchwPoolingF32
{
    public static void RunBlock(void* state, int block)
    {
        ref PoolingJob job = ref *(PoolingJob*)state;
        RunPlanes(
            in job, (int)((long)job.Units * block / job.Blocks), (int)((long)job.Units * (block + 1) / job.Blocks), IsaTier.Avx512);
    }

    internal static void RunPlanes(in PoolingJob job, int first, int end, IsaTier limit)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        bool max = job.Kind == PoolingKind.Max;
        bool whole = job.OutHeight * job.OutWidth == 1 && g.KernelHeight == job.Height && g.KernelWidth == job.Width
            && (g.DilationHeight | g.DilationWidth) == 1 && (g.PadTop | g.PadLeft | g.PadBottom | g.PadRight) == 0;
        if (whole)
        {
            for (int plane = first; plane < end; plane++)
            {
                job.Y[plane] = Whole(job.X + (plane * (nint)g.Taps), g.Taps, max, limit);
            }

            return;
        }

        float pad = max ? float.NegativeInfinity : 0f;
        var window = new PlanarWindow(in g, job.Height, job.Width, job.OutHeight, job.OutWidth, pad);
        using var scratch = new AlignedScratch<float>(window.ScratchLength);
        using var offsets = new AlignedScratch<nint>(g.Taps);
        using var weights = new AlignedScratch<float>(g.Taps);
        using var counts = new AlignedScratch<float>(job.OutWidth);
        weights.Span.Clear();
        window.FillOffsets(in g, offsets.Pointer);
        var work = default(WorkCounter);
        for (int ox = 0; ox < job.OutWidth; ox++)
        {
            work.Add(g.KernelWidth);
            counts.Pointer[ox] = job.CountColumns(ox);
        }

        for (int plane = first; plane < end; plane++)
        {
            float* y = job.Y + ((nint)plane * job.OutHeight * job.OutWidth);
            window.Pad(job.X + ((nint)plane * job.Height * job.Width), scratch.Pointer);
            if (max)
            {
                PlanarWindowKernels.Run<WindowFolds.Max>(
                    in window, scratch.Pointer, offsets.Pointer, weights.Pointer, pad, float.NegativeInfinity, float.PositiveInfinity, y, limit);
                continue;
            }

            PlanarWindowKernels.Run<WindowFolds.Sum>(
                in window, scratch.Pointer, offsets.Pointer, weights.Pointer, 0f, float.NegativeInfinity, float.PositiveInfinity, y, limit);
            for (int oy = 0; oy < job.OutHeight; oy++)
            {
                float rows = job.CountRows(oy);
                for (int ox = 0; ox < job.OutWidth; ox++)
                {
                    *y++ /= rows * counts.Pointer[ox];
                }
            }
        }
    }

    // A window that is the plane.
    private static float Whole(float* x, nint count, bool max, IsaTier limit) =>
        Simd512.IsSupported && limit >= IsaTier.Avx512 ? Whole<Simd512, Vector512<float>>(x, count, max)
        : Simd256.IsSupported && limit >= IsaTier.Avx2 ? Whole<Simd256, Vector256<float>>(x, count, max)
        : Simd128.IsSupported && limit >= IsaTier.AdvSimd ? Whole<Simd128, Vector128<float>>(x, count, max)
        : Whole<Simd1, float>(x, count, max);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Whole<S, V>(float* x, nint count, bool max)
        where S : struct, ISimd<V>
        where V : struct
    {
        float start = max ? float.NegativeInfinity : 0f;
        V a0 = S.Splat(start);
        V a1 = a0;
        V a2 = a0;
        V a3 = a0;
        nint i = 0;
        for (; i <= count - (4 * S.Lanes); i += 4 * S.Lanes)
        {
            V x0 = S.Load(x + i);
            V x1 = S.Load(x + i + S.Lanes);
            V x2 = S.Load(x + i + (2 * S.Lanes));
            V x3 = S.Load(x + i + (3 * S.Lanes));
            a0 = max ? S.Max(a0, x0) : S.Add(a0, x0);
            a1 = max ? S.Max(a1, x1) : S.Add(a1, x1);
            a2 = max ? S.Max(a2, x2) : S.Add(a2, x2);
            a3 = max ? S.Max(a3, x3) : S.Add(a3, x3);
        }

        for (; i <= count - S.Lanes; i += S.Lanes)
        {
            a0 = max ? S.Max(a0, S.Load(x + i)) : S.Add(a0, S.Load(x + i));
        }

        float result = max ? S.MaxAcross(S.Max(S.Max(a0, a1), S.Max(a2, a3))) : S.Sum(S.Add(S.Add(a0, a1), S.Add(a2, a3)));
        for (; i < count; i++)
        {
            result = max ? Simd1.Max(result, x[i]) : result + x[i];
        }

        return max ? result : result / count;
    }
}
