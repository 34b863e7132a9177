using Inference.Kernels.Convolution;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Pooling;

/// <summary>One pooling run; shared read-only by the threads that run its blocks.</summary>
internal unsafe struct PoolingJob(
    PoolingKind kind, in ConvolutionGeometry geometry, float* x, float* y, int batch, int height, int width, int outHeight, int outWidth)
{
    public readonly PoolingKind Kind = kind;
    public readonly ConvolutionGeometry Geometry = geometry;
    public readonly float* X = x;
    public readonly float* Y = y;
    public readonly int Batch = batch;
    public readonly int Height = height;
    public readonly int Width = width;
    public readonly int OutHeight = outHeight;
    public readonly int OutWidth = outWidth;

    /// <summary>Rows of output pixels.</summary>
    public int Units;
    public int Blocks;

    /// <summary>Rows of the window of output row <paramref name="oy"/> that count in a mean.</summary>
    public readonly int CountRows(int oy) => Count(
        (oy * Geometry.StrideHeight) - Geometry.PadTop, Geometry.KernelHeight, Geometry.DilationHeight, Height, Geometry.PadTop,
        Geometry.PadBottom);

    /// <summary>Columns of the window of output column <paramref name="ox"/> that count in a mean.</summary>
    public readonly int CountColumns(int ox) => Count(
        (ox * Geometry.StrideWidth) - Geometry.PadLeft, Geometry.KernelWidth, Geometry.DilationWidth, Width, Geometry.PadLeft,
        Geometry.PadRight);

    private readonly int Count(int start, int kernel, int dilation, int size, int before, int after)
    {
        int low = Kind == PoolingKind.AverageWithPadding ? -before : 0;
        int high = Kind == PoolingKind.AverageWithPadding ? size + after : size;
        int count = 0;
        for (int i = 0; i < kernel; i++)
        {
            int at = start + (i * dilation);
            count += at >= low && at < high ? 1 : 0;
        }

        return count;
    }
}
