using Inference.Kernels.Gemm;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Jobs;

/// <summary>One run of a convolution; shared read-only by the threads that run its blocks.</summary>
internal unsafe struct ConvolutionJob
{
    public ConvolutionGeometry Geometry;
    public float* X;
    public float* Y;
    public float* Weights;
    public int Batch;
    public int Height;
    public int Width;
    public int OutHeight;
    public int OutWidth;
    public ConvolutionEpilogue Epilogue;

    /// <summary>Whether X is [N,C,H,W] though Y has channels last.</summary>
    public bool Planar;

    /// <summary>Index of the kernel in its inventory.</summary>
    public int Kernel;

    /// <summary>How the blocks of a parallel run are numbered; meaning is the method's.</summary>
    public int BlockSize;
    public int BlocksA;
    public int BlocksB;

    public ConvolutionJob(
        in ConvolutionGeometry geometry, float* x, float* y, float* weights, int batch, int height, int width,
        in ConvolutionEpilogue epilogue)
    {
        Geometry = geometry;
        X = x;
        Y = y;
        Weights = weights;
        Batch = batch;
        Height = height;
        Width = width;
        OutHeight = geometry.OutputHeight(height);
        OutWidth = geometry.OutputWidth(width);
        Epilogue = epilogue;
    }

    /// <summary>Pixels of one output image.</summary>
    public readonly int OutPixels => OutHeight * OutWidth;

    /// <summary>Multiply-adds of the run.</summary>
    public readonly long Work => (long)Batch * OutPixels * Geometry.OutChannels * Geometry.GroupInChannels * Geometry.Taps;

    public readonly bool IsParallel(int maxThreads) => maxThreads > 1 && Work >= GemmF32Driver.ParallelWork;

    /// <summary>The same for depthwise sums: each element that is read takes part in few multiply-adds, so that half as many fit into a nanosecond.</summary>
    public readonly bool IsParallelByChannel(int maxThreads) => maxThreads > 1 && 2 * Work >= GemmF32Driver.ParallelWork;
}
