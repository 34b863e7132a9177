using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Pooling;

/// <summary>Pooling of planes [H,W].</summary>
internal static unsafe class NchwPoolingF32
{
    internal static readonly RowKernel Max = RowKernel.Of<PlanarFold<WindowFolds.Max>>("pool_f32_nchw_max");
    internal static readonly RowKernel Sum = RowKernel.Of<PlanarFold<WindowFolds.Sum>>("pool_f32_nchw_sum");
    internal static readonly RowKernel Plane = RowKernel.Of<PlaneBody>("pool_f32_nchw_plane");

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
            fixed (PoolingJob* shared = &job)
            {
                Plane.Within(limit)(shared, first, end);
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
        window.Scratch = scratch.Pointer;
        window.Offsets = offsets.Pointer;
        window.Weights = weights.Pointer;
        window.Start = pad;
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
            window.Y = y;
            window.Pad(job.X + ((nint)plane * job.Height * job.Width));
            window.Run(max ? Max : Sum, limit);
            if (max)
            {
                continue;
            }

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
}
