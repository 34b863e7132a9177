using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Depthwise;

/// <summary>Depthwise convolution of [N,C,H,W] images, one plane at a time.</summary>
internal static unsafe class NchwDepthwiseF32
{
    internal static readonly RowKernel General = RowKernel.Of<DepthwiseGeneral>("depthwise_f32_nchw");
    internal static readonly RowKernel ThreeByThree = RowKernel.Of<Depthwise3x3>("depthwise_f32_nchw_3x3");

    internal static readonly RowKernel Tall = RowKernel.Of<DepthwiseTall>("depthwise_f32_nchw_tall");

    public static void Run(ref ConvolutionJob job, int maxThreads)
    {
        int planes = job.Batch * job.Geometry.InChannels;
        // The plane copy makes a plane cost more than its multiply-adds, hence the doubled count.
        bool parallel = job.IsParallelByChannel(maxThreads);
        job.BlockSize = parallel ? Math.Max(1, planes / (WorkerPool.BlocksPerThread * maxThreads)) : planes;
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run((planes + job.BlockSize - 1) / job.BlockSize, &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        int first = block * job.BlockSize;
        RunPlanes(in job, first, Math.Min(job.Batch * job.Geometry.InChannels, first + job.BlockSize), IsaTier.Avx512);
    }

    internal static void RunPlanes(in ConvolutionJob job, int first, int end, IsaTier limit)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        var window = new PlanarWindow(in g, job.Height, job.Width, job.OutHeight, job.OutWidth);
        bool tall = !Depthwise3x3.Suits(in g) && DepthwiseTall.Suits(in g);
        RowKernel kernel = tall ? Tall : Depthwise3x3.Suits(in g) ? ThreeByThree : General;
        using var scratch = new AlignedScratch<float>(window.ScratchLength);
        using var offsets = new AlignedScratch<nint>(g.Taps);
        window.Scratch = scratch.Pointer;
        window.Clear();
        window.Offsets = offsets.Pointer;
        window.FillOffsets(in g, offsets.Pointer);
        Activation activation = job.Epilogue.Activation;
        bool clip = activation.IsClip(out float low, out float high) && job.Epilogue.Residual == null;
        if (clip)
        {
            window.Low = low;
            window.High = high;
        }

        int pixels = job.OutPixels;
        for (int plane = first; plane < end; plane++)
        {
            int channel = plane % g.InChannels;
            float* y = job.Y + ((nint)plane * pixels);
            window.Start = job.Epilogue.Bias == null ? 0f : job.Epilogue.Bias[channel];
            window.Weights = job.Weights + ((nint)channel * g.Taps);
            float* x = job.X + ((nint)plane * job.Height * job.Width);
            if (job.Epilogue.Residual == job.Y)
            {
                // The residual would be overwritten: the result goes to scratch first.
                using var result = new AlignedScratch<float>(pixels);
                window.Run(kernel, limit, x, result.Pointer);
                Binary.Run(BinaryKind.Add, result.Pointer, y, y, pixels);
            }
            else
            {
                window.Run(kernel, limit, x, y);
                if (job.Epilogue.Residual != null)
                {
                    Binary.Run(BinaryKind.Add, y, job.Epilogue.Residual + ((nint)plane * pixels), y, pixels);
                }
            }

            if (!clip)
            {
                Activations.Apply(in activation, y, y, pixels);
            }
        }
    }
}
