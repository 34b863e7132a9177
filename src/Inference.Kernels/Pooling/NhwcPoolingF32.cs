using Inference.Kernels.Convolution;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Pooling;

/// <summary>Pooling of pixels [C] by rows of output pixels; only the pixels of a window that are inside the image are read.</summary>
internal static unsafe class NhwcPoolingF32
{
    internal static readonly RowKernel Max = RowKernel.Of<ChannelFold<WindowFolds.Max>>("pool_f32_nhwc_max");
    internal static readonly RowKernel Sum = RowKernel.Of<ChannelFold<WindowFolds.Sum>>("pool_f32_nhwc_sum");

    public static void RunBlock(void* state, int block)
    {
        ref PoolingJob job = ref *(PoolingJob*)state;
        RunRows(
            in job, (int)((long)job.Units * block / job.Blocks), (int)((long)job.Units * (block + 1) / job.Blocks), IsaTier.Avx512);
    }

    internal static void RunRows(in PoolingJob job, int first, int end, IsaTier limit)
    {
        int channels = job.Geometry.InChannels;
        var work = default(WorkCounter);
        bool max = job.Kind == PoolingKind.Max;
        using var columns = new AlignedScratch<int>(job.OutWidth);
        var window = new ChannelWindow(in job.Geometry, job.Height, job.Width, job.OutWidth) { Start = max ? float.NegativeInfinity : 0f };
        if (!max)
        {
            window.CountColumns = columns.Pointer;
            for (int ox = 0; ox < job.OutWidth; ox++)
            {
                work.Add(job.Geometry.KernelWidth);
                columns.Pointer[ox] = job.CountColumns(ox);
            }
        }

        delegate*<void*, nint, nint, void> body = (max ? Max : Sum).Within(limit);
        for (int row = first; row < end; row++)
        {
            work.Add((long)job.OutWidth * channels * job.Geometry.Taps / 4);
            int oy = row % job.OutHeight;
            float* image = job.X + ((nint)(row / job.OutHeight) * job.Height * job.Width * channels);
            float* y = job.Y + ((nint)row * job.OutWidth * channels);
            window.Run(body, image, oy, 0, job.OutWidth, 0, channels, y, null, max ? 0 : job.CountRows(oy));
        }
    }
}
