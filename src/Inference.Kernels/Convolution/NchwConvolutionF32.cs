using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// Convolution of [N,C,H,W] images: for each panel of output pixels the windows are packed into B[C·KH·KW, pixels], a part of K
/// at a time so that it stays in cache, and multiplied by the weights as stored.
/// </summary>
internal static unsafe class NchwConvolutionF32
{
    public static void Run(ref ConvolutionJob job, GemmF32Kernel kernel, int maxThreads)
    {
        if (job.Geometry.IsPointwise)
        {
            // Rows do not matter without a neighbourhood: one long row has whole panels.
            job.Width *= job.Height;
            job.Height = 1;
            job.OutWidth *= job.OutHeight;
            job.OutHeight = 1;
        }

        int panels = (job.OutPixels + kernel.PanelColumns - 1) / kernel.PanelColumns;
        int planes = job.Batch * job.Geometry.Groups;
        if (!job.IsParallel(maxThreads))
        {
            for (int plane = 0; plane < planes; plane++)
            {
                RunBlock(in job, kernel, plane, 0, panels, 0, job.Geometry.GroupOutChannels);
            }

            return;
        }

        int wanted = (int)Math.Min((long)WorkerPool.BlocksPerThread * maxThreads, Math.Max(1, job.Work / GemmF32Driver.LeastBlockWork));
        job.BlocksA = Math.Clamp((wanted + planes - 1) / planes, 1, panels);
        int left = (wanted + (planes * job.BlocksA) - 1) / (planes * job.BlocksA);
        job.BlocksB = Math.Clamp(left, 1, Math.Max(1, job.Geometry.GroupOutChannels / (4 * kernel.MaxRows)));
        job.Kernel = GemmF32Kernels.IndexOf(kernel);
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run(planes * job.BlocksA * job.BlocksB, &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        GemmF32Kernel kernel = GemmF32Kernels.At(job.Kernel);
        int panels = (job.OutPixels + kernel.PanelColumns - 1) / kernel.PanelColumns;
        int a = block % job.BlocksA;
        int b = block / job.BlocksA % job.BlocksB;
        int channels = job.Geometry.GroupOutChannels;
        RunBlock(
            in job, kernel, block / job.BlocksA / job.BlocksB, panels * a / job.BlocksA, panels * (a + 1) / job.BlocksA,
            channels * b / job.BlocksB, channels * (b + 1) / job.BlocksB);
    }

    private static void RunBlock(in ConvolutionJob job, GemmF32Kernel kernel, int plane, int p0, int p1, int o0, int o1)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int image = plane / g.Groups;
        int group = plane % g.Groups;
        int depth = g.Taps * g.GroupInChannels;
        int pixels = job.OutPixels;
        int depthBlock = (int)GemmF32Driver.EvenPart(depth);
        nint output = (((nint)image * g.OutChannels) + (group * g.GroupOutChannels)) * pixels;
        var epilogue = new GemmEpilogue
        {
            RowBias = job.Epilogue.Bias == null ? null : job.Epilogue.Bias + (group * g.GroupOutChannels),
            Residual = job.Epilogue.Residual == null ? null : job.Epilogue.Residual + output,
            ResidualStride = pixels,
            Activation = job.Epilogue.Activation,
        };
        float* x = job.X + ((((nint)image * g.InChannels) + (group * g.GroupInChannels)) * job.Height * job.Width);
        float* end = job.X + ((nint)job.Batch * g.InChannels * job.Height * job.Width);
        float* weights = job.Weights + ((nint)group * g.GroupOutChannels * depth);
        float** rows = stackalloc float*[TileLimits.F32RowBlock];
        using var panel = new AlignedScratch<float>(((nint)depthBlock * kernel.PanelColumns) + 64);
        var packing = new WindowPacking(in job, x, end);
        GemmF32Tile tile = default;
        tile.Taps = 1;
        tile.Ldc = pixels;
        tile.Panel = panel.Pointer;
        for (int p = p0; p < p1; p++)
        {
            int n0 = p * kernel.PanelColumns;
            int columns = Math.Min(kernel.PanelColumns, pixels - n0);
            int vectors = (columns + kernel.Lanes - 1) / kernel.Lanes;
            packing.Start(n0, columns);
            tile.PanelStride = vectors * kernel.Lanes;
            for (int k = 0; k < depth; k += depthBlock)
            {
                int length = Math.Min(depthBlock, depth - k);
                packing.Pack(k, length, vectors * kernel.Lanes, panel.Pointer);
                tile.Depth = length;
                for (int o = o0; o < o1; o += TileLimits.F32RowBlock)
                {
                    int count = Math.Min(TileLimits.F32RowBlock, o1 - o);
                    KernelAssert.AtMost(count, TileLimits.F32RowBlock);
                    for (int i = 0; i < count; i++)
                    {
                        rows[i] = weights + ((nint)(o + i) * depth) + k;
                    }

                    tile.Rows = rows;
                    GemmF32Driver.RunTiles(
                        in epilogue, kernel, ref tile, job.Y + output + ((nint)o * pixels) + n0, o, n0, count, columns, vectors,
                        k == 0, k + length == depth);
                }
            }
        }
    }
}
