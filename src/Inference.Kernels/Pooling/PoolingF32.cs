using Inference.Kernels.Convolution;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Pooling;

/// <summary>2-D pooling of f32 images [n,h,w,c], with the window arithmetic of <see cref="ConvolutionGeometry"/>. Thread-safe.</summary>
internal static unsafe class PoolingF32
{
    // 16 elements of windows a nanosecond.
    internal const long ParallelWork = 16 * WorkerPool.SharedNanoseconds;

    /// <summary>y[n,oy,ox,c] = mean or maximum of a window of x[n,..,c].</summary>
    /// <param name="kind">What a window becomes.</param>
    /// <param name="geometry">Window; input and output channels are both C, groups are ignored.</param>
    /// <param name="x">Input.</param>
    /// <param name="y">Output; must not overlap <paramref name="x"/>.</param>
    /// <param name="batch">Images.</param>
    /// <param name="height">Input height, pixels.</param>
    /// <param name="width">Input width, pixels.</param>
    /// <param name="outHeight">Output height, pixels; above the geometry's own for ceil_mode.</param>
    /// <param name="outWidth">Output width, pixels; above the geometry's own for ceil_mode.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(
        PoolingKind kind, in ConvolutionGeometry geometry, float* x, float* y, int batch, int height, int width,
        int outHeight, int outWidth, int maxThreads = 1)
    {
        KernelAssert.NotNegative(batch);
        KernelAssert.NotNegative(outHeight);
        KernelAssert.NotNegative(outWidth);
        KernelAssert.Run(x, (nint)batch * geometry.InChannels * height * width);
        KernelAssert.Run(y, (nint)batch * geometry.InChannels * outHeight * outWidth);
        KernelAssert.Apart(
            x, (nint)batch * geometry.InChannels * height * width * sizeof(float), y, (nint)batch * geometry.InChannels * outHeight * outWidth * sizeof(float));
        if (batch == 0 || outHeight == 0 || outWidth == 0)
        {
            return;
        }

        var job = new PoolingJob(kind, in geometry, x, y, batch, height, width, outHeight, outWidth);
        long work = (long)batch * outHeight * outWidth * geometry.InChannels * geometry.Taps;
        int units = batch * outHeight;
        int blocks = maxThreads > 1 && work >= ParallelWork ? Math.Min(units, WorkerPool.BlocksPerThread * maxThreads) : 1;
        job.Units = units;
        job.Blocks = blocks;
        WorkerPool.Run(blocks, &NhwcPoolingF32.RunBlock, &job, maxThreads);
    }
}
