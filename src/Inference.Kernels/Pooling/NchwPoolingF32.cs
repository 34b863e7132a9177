using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;

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
        float pad = max ? float.MinValue : 0f;
        var window = new PlanarWindow(in g, job.Height, job.Width, job.OutHeight, job.OutWidth, pad);
        using var scratch = new AlignedScratch<float>(window.ScratchLength);
        using var offsets = new AlignedScratch<nint>(g.Taps);
        using var weights = new AlignedScratch<float>(g.Taps);
        using var counts = new AlignedScratch<float>(job.OutWidth);
        weights.Span.Clear();
        window.FillOffsets(in g, offsets.Pointer);
        for (int ox = 0; ox < job.OutWidth; ox++)
        {
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
}
