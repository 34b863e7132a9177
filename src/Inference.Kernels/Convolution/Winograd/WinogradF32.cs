using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Winograd;

/// <summary>
/// 3×3, stride 1 convolution of [N,H,W,C] images by F(2×2, 3×3): 16 products with K = C for each 2×2 tile of the output instead of
/// 36, that is 2.25 times fewer multiply-adds. Its rounding error is up to about four times that of the direct sum.
/// </summary>
internal static unsafe class WinogradF32
{
    private const int Positions = WinogradJob.Positions;
    // Pointers to a block's rows lie on the stack.
    private const int MaxTiles = 2 * TileLimits.RowBlock;

    // Transformed inputs of a block and the products of a panel share the second-level cache with a panel of weights.
    private const nint ScratchLimit = 512 << 10;

    // The transforms have no remainder: channels come in whole vectors of the widest.
    internal const int ChannelUnit = TileLimits.Lanes;

    // With fewer channels the transforms and the short products cost more than they save: benchmarks/results/thresholds.md.
    internal const int MinChannels = 32;

    /// <summary>Whether the sizes suit it; images may be of any size.</summary>
    public static bool Suits(in ConvolutionGeometry g) =>
        g is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1 }
        && g.InChannels >= MinChannels && g.OutChannels >= MinChannels && g.InChannels % ChannelUnit == 0
        && g.OutChannels % ChannelUnit == 0;

    /// <summary>U: for each of the 16 positions, panels of [C, O].</summary>
    public static NativeBuffer PackWeights(in ConvolutionGeometry g, GemmF32Kernel kernel, float* w)
    {
        nint size = (nint)g.InChannels * g.OutChannels;
        var buffer = new NativeBuffer(Positions * size * sizeof(float));
        using var u = new AlignedScratch<float>(Positions * size);
        float* one = stackalloc float[Positions];
        for (int o = 0; o < g.OutChannels; o++)
        {
            for (int c = 0; c < g.InChannels; c++)
            {
                WinogradTransforms.Kernel(w + ((((nint)o * g.InChannels) + c) * 9), one);
                for (int p = 0; p < Positions; p++)
                {
                    u.Pointer[(p * size) + ((nint)o * g.InChannels) + c] = one[p];
                }
            }
        }

        for (int p = 0; p < Positions; p++)
        {
            GemmF32Packing.PackPanels(
                u.Pointer + (p * size), g.InChannels, true, g.InChannels, g.OutChannels, 1f, kernel.PanelColumns, kernel.Lanes,
                (float*)buffer.Pointer + (p * size));
        }

        return buffer;
    }

    public static void Run(ref ConvolutionJob job, GemmF32Kernel kernel, int maxThreads)
    {
        nint tiles = (nint)job.Batch * ((job.OutHeight + 1) / 2) * ((job.OutWidth + 1) / 2);
        int panels = (job.Geometry.OutChannels + kernel.PanelColumns - 1) / kernel.PanelColumns;
        nint most = ScratchLimit / (Positions * sizeof(float)) / (job.Geometry.InChannels + kernel.PanelColumns);
        nint size = nint.Clamp(most / kernel.MaxRows * kernel.MaxRows, 2 * kernel.MaxRows, MaxTiles);
        if (!job.IsParallel(maxThreads))
        {
            for (nint t = 0; t < tiles; t += size)
            {
                RunBlock(in job, kernel, t, (int)nint.Min(size, tiles - t), 0, panels);
            }

            return;
        }

        // Few tiles are not cut for threads, as each block streams all weights; panels are.
        nint wanted = (tiles + (WorkerPool.BlocksPerThread * maxThreads) - 1) / (WorkerPool.BlocksPerThread * maxThreads);
        size = nint.Clamp((wanted + kernel.MaxRows - 1) / kernel.MaxRows * kernel.MaxRows, nint.Min(size, 4 * kernel.MaxRows), size);
        job.BlockSize = (int)size;
        job.BlocksA = (int)((tiles + size - 1) / size);
        job.BlocksB = Math.Clamp(((2 * maxThreads) + job.BlocksA - 1) / job.BlocksA, 1, panels);
        job.Kernel = GemmF32Kernels.IndexOf(kernel);
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run(job.BlocksA * job.BlocksB, &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        GemmF32Kernel kernel = GemmF32Kernels.At(job.Kernel);
        nint tiles = (nint)job.Batch * ((job.OutHeight + 1) / 2) * ((job.OutWidth + 1) / 2);
        int panels = (job.Geometry.OutChannels + kernel.PanelColumns - 1) / kernel.PanelColumns;
        int b = block / job.BlocksA;
        nint first = (nint)(block % job.BlocksA) * job.BlockSize;
        RunBlock(
            in job, kernel, first, (int)nint.Min(job.BlockSize, tiles - first), panels * b / job.BlocksB, panels * (b + 1) / job.BlocksB);
    }

    private static void RunBlock(in ConvolutionJob job, GemmF32Kernel kernel, nint first, int count, int p0, int p1)
    {
        int channels = job.Geometry.InChannels;
        int outChannels = job.Geometry.OutChannels;
        using var windows = new AlignedScratch<nint>(count * Positions);
        // An odd number of lines between positions keeps the 16 streams off the same cache sets.
        nint strideV = ((nint)count * channels) + 16;
        nint strideP = ((nint)count * kernel.PanelColumns) + 16;
        using var v = new AlignedScratch<float>(Positions * strideV);
        using var products = new AlignedScratch<float>(Positions * strideP);
        KernelAssert.AtMost(count, MaxTiles);
        float** rows = stackalloc float*[MaxTiles];
        FillWindows(in job, first, count, (float**)windows.Pointer);
        fixed (ConvolutionJob* convolution = &job)
        {
            var block = new WinogradJob
            {
                Windows = (float**)windows.Pointer,
                V = v.Pointer,
                Products = products.Pointer,
                PositionStrideV = strideV,
                PositionStrideP = strideP,
                Channels = channels,
                FirstTile = first,
                Convolution = convolution,
            };
            WinogradTransforms.Input.Best(&block, 0, count);
            GemmF32Tile tile = default;
            tile.Taps = 1;
            tile.Depth = channels;
            for (int p = p0; p < p1; p++)
            {
                int n0 = p * kernel.PanelColumns;
                int columns = Math.Min(kernel.PanelColumns, outChannels - n0);
                tile.PanelStride = columns;
                tile.Ldc = columns;
                for (int position = 0; position < Positions; position++)
                {
                    for (int i = 0; i < count; i++)
                    {
                        rows[i] = v.Pointer + (position * strideV) + ((nint)i * channels);
                    }

                    tile.Rows = rows;
                    tile.Panel = job.Weights + ((nint)position * channels * outChannels) + ((nint)n0 * channels);
                    GemmF32Driver.RunTiles(
                        default, kernel, ref tile, products.Pointer + (position * strideP), 0, 0, count, columns, columns / kernel.Lanes,
                        true, true, position + 1 < Positions ? tile.Panel + ((nint)channels * outChannels) : null);
                }

                block.Columns = columns;
                block.FirstColumn = n0;
                WinogradTransforms.Output.Best(&block, 0, count);
            }
        }
    }

    private static void FillWindows(in ConvolutionJob job, nint first, int count, float** to)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        float* zeros = (float*)ZeroRow.OfAtLeast((nint)g.InChannels * sizeof(float));
        int across = (job.OutWidth + 1) / 2;
        int down = (job.OutHeight + 1) / 2;
        nint row = (nint)job.Width * g.InChannels;
        for (int t = 0; t < count; t++)
        {
            nint at = first + t;
            int x0 = ((int)(at % across) * 2) - g.PadLeft;
            int y0 = ((int)(at / across % down) * 2) - g.PadTop;
            float* image = job.X + (at / across / down * job.Height * row);
            for (int i = 0; i < 4; i++)
            {
                int iy = y0 + i;
                float* line = image + (iy * row);
                for (int j = 0; j < 4; j++)
                {
                    int ix = x0 + j;
                    bool inside = (uint)iy < (uint)job.Height && (uint)ix < (uint)job.Width;
                    *to++ = inside ? line + ((nint)ix * g.InChannels) : zeros;
                }
            }
        }
    }
}
