using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// Convolution of [N,H,W,C] images to a few channels, as the last of a model that makes images or maps: vectors of outputs would be mostly empty, so vectors run along a window's row, KW·C values, as dot
/// products with the filters. Windows of neighbouring pixels overlap in place.
/// </summary>
internal static unsafe class FewOutputsF32
{
    // Two filters at a time fill the registers with rows of four sums; from five on, half-filled vectors of outputs are as fast.
    internal const int MaxOutChannels = 4;

    // Some vectors, so that the sum over a vector's lanes is a small part.
    internal const int MinRowValues = 128;

    /// <summary>Whether a convolution is of this kind.</summary>
    public static bool Suits(in ConvolutionGeometry g) =>
        g.OutChannels <= MaxOutChannels && WindowRows.Suits(in g) && g.KernelWidth * g.InChannels >= MinRowValues;

    /// <summary>[O, KH, KW, C] from [O, C, KH, KW].</summary>
    public static NativeBuffer PackWeights(in ConvolutionGeometry g, float* w)
    {
        var buffer = new NativeBuffer((nint)g.OutChannels * g.Taps * g.InChannels * sizeof(float));
        float* to = (float*)buffer.Pointer;
        for (int o = 0; o < g.OutChannels; o++)
        {
            for (int tap = 0; tap < g.Taps; tap++)
            {
                for (int c = 0; c < g.InChannels; c++)
                {
                    *to++ = w[((((nint)o * g.InChannels) + c) * g.Taps) + tap];
                }
            }
        }

        return buffer;
    }

    public static void Run(ref ConvolutionJob job, int maxThreads)
    {
        nint rows = (nint)job.Batch * job.OutHeight;
        nint blocks = job.IsParallel(maxThreads) ? nint.Min(rows, WorkerPool.BlocksPerThread * maxThreads) : 1;
        job.BlocksA = (int)blocks;
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run((int)blocks, &RunBlock, shared, blocks > 1 ? maxThreads : 1);
        }
    }

    // Some rows of outputs.
    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        nint rows = (nint)job.Batch * job.OutHeight;
        var source = new WindowRows(in job, job.OutWidth);
        using var held = new AlignedScratch<nint>(source.Slots);
        using var copies = new AlignedScratch<float>(source.CopyLength);
        source.Start(copies.Pointer, held.Pointer);
        nint length = (nint)g.KernelWidth * g.InChannels;
        nint step = (nint)g.StrideWidth * g.InChannels;
        var work = default(WorkCounter);
        for (nint row = rows * block / job.BlocksA; row < rows * (block + 1) / job.BlocksA; row++)
        {
            nint first = row * job.OutWidth * g.OutChannels;
            int iy = ((int)(row % job.OutHeight) * g.StrideHeight) - g.PadTop;
            for (int ky = 0; ky < g.KernelHeight; ky++, iy += g.DilationHeight)
            {
                work.Add(job.OutWidth * length * g.OutChannels / WorkCounter.MultiplyAdds);
                GemmEpilogue epilogue = default;
                epilogue.Bias = ky == 0 ? job.Epilogue.Bias : null;
                epilogue.Residual = ky == 0 && job.Epilogue.Residual != null ? job.Epilogue.Residual + first : null;
                epilogue.ResidualStride = g.OutChannels;
                epilogue.Accumulate = ky > 0;
                epilogue.Activation = ky == g.KernelHeight - 1 ? job.Epilogue.Activation : default;
                GemmF32Dots.Run(
                    source.At(row / job.OutHeight, iy), step, job.Weights + (ky * length), g.KernelHeight * length, job.Y + first, g.OutChannels, job.OutWidth, g.OutChannels, length, 1f, in epilogue, 1);
            }
        }
    }
}
