using Inference.Kernels.Convolution.Images;
using Inference.Kernels.Convolution.Jobs;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution;

/// <summary>
/// Convolution of [N,H,W,C] images as a product of pixel rows and weight panels. Tiles read the image in place through a table
/// of pointers, one for each pixel and kernel position; padding points to a row of zeros. Kernel positions of one row are
/// one run where <see cref="WindowRows"/> can make them so. Groups of few channels copy the pixels' windows into rows first, as the
/// table would cost more than the product.
/// </summary>
internal static unsafe class NhwcConvolutionF32
{
    // A panel of so many × 64 columns (128 KB) and a block of rows (384 KB) stay in a second-level cache of 1 MB.
    private const int DepthBlock = 512;

    // Results of so many pixels of at most 32 channels, 512 KB, are still in the second-level cache when the activation goes over them.
    private const int FewChannelsBlock = 4096;

    public static void Run(ref ConvolutionJob job, GemmF32Kernel kernel, int maxThreads)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        nint pixels = (nint)job.Batch * job.OutPixels;
        int panels = (g.GroupOutChannels + kernel.PanelColumns - 1) / kernel.PanelColumns;
        if (!job.IsParallel(maxThreads))
        {
            for (int group = 0; group < g.Groups; group++)
            {
                RunBlock(in job, kernel, group, 0, pixels, 0, panels);
            }

            return;
        }

        // First by pixels (each thread then streams the weights), else by panels.
        int wanted = (int)Math.Min((long)WorkerPool.BlocksPerThread * maxThreads, Math.Max(1, job.Work / GemmF32Driver.LeastBlockWork));
        int byPixels = (int)nint.Min(pixels / (2 * kernel.MaxRows), (wanted + g.Groups - 1) / g.Groups);
        byPixels = Math.Max(byPixels, 1);
        nint size = (pixels + byPixels - 1) / byPixels;
        job.BlockSize = (int)((size + kernel.MaxRows - 1) / kernel.MaxRows * kernel.MaxRows);
        job.BlocksA = (int)((pixels + job.BlockSize - 1) / job.BlockSize);
        job.BlocksB = Math.Clamp((wanted + (job.BlocksA * g.Groups) - 1) / (job.BlocksA * g.Groups), 1, panels);
        job.Kernel = GemmF32Kernels.IndexOf(kernel);
        fixed (ConvolutionJob* shared = &job)
        {
            WorkerPool.Run(job.BlocksA * job.BlocksB * g.Groups, &RunBlock, shared, maxThreads);
        }
    }

    private static void RunBlock(void* state, int block)
    {
        ref ConvolutionJob job = ref *(ConvolutionJob*)state;
        GemmF32Kernel kernel = GemmF32Kernels.At(job.Kernel);
        int panels = (job.Geometry.GroupOutChannels + kernel.PanelColumns - 1) / kernel.PanelColumns;
        int a = block % job.BlocksA;
        int b = block / job.BlocksA % job.BlocksB;
        int group = block / job.BlocksA / job.BlocksB;
        nint pixels = (nint)job.Batch * job.OutPixels;
        nint m0 = (nint)a * job.BlockSize;
        RunBlock(
            in job, kernel, group, m0, nint.Min(pixels, m0 + job.BlockSize), panels * b / job.BlocksB, panels * (b + 1) / job.BlocksB);
    }

    private static void RunBlock(in ConvolutionJob job, GemmF32Kernel kernel, int group, nint m0, nint m1, int p0, int p1)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        Activation after = Deferred(in job, kernel, p1 - p0);
        Activation activation = job.Epilogue.Activation;
        if (FewChannelsF32.Suits(in g) && job.Epilogue.Residual == null
            && (activation.IsNone || activation.IsClip(out _, out _) || !after.IsNone))
        {
            int end = Math.Min(g.OutChannels, p1 * kernel.PanelColumns);
            // In parts that stay in cache until the activation.
            for (nint m = m0; m < m1; m += FewChannelsBlock)
            {
                int count = (int)nint.Min(FewChannelsBlock, m1 - m);
                FewChannelsF32.Run(in job, kernel, m, m + count, p0 * kernel.PanelColumns, end);
                Apply(in job, in after, m, count);
            }

            return;
        }

        if (WindowRows.Suits(in g))
        {
            RunWindowRows(in job, kernel, m0, m1, p0, p1, in after);
            return;
        }

        RunPixels(in job, kernel, group, m0, m1, p0, p1, in after, copied: g.GroupInChannels < WindowRows.MinTableChannels && g.Taps > 1);
    }

    // By a table of pointers to pixels, or with their windows copied into rows.
    internal static void RunPixels(in ConvolutionJob job, GemmF32Kernel kernel, int group, nint m0, nint m1, int p0, int p1, in Activation after, bool copied)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int block = copied ? TileLimits.RowBlock : TileLimits.F32RowBlock;
        int depth = g.GroupInChannels;
        int chunk = depth <= WindowRows.MaxDepth ? depth : DepthBlock;
        int tapsAtOnce = chunk < depth ? 1 : Math.Clamp(DepthBlock / depth, 1, g.Taps);
        using var table = new AlignedScratch<nint>((copied ? 1 : g.Taps) * block);
        using var windows = new AlignedScratch<float>(copied ? (nint)block * g.Taps * depth : 0);
        float** rows = (float**)table.Pointer;
        for (nint m = m0; m < m1; m += block)
        {
            int count = (int)nint.Min(block, m1 - m);
            if (copied)
            {
                PixelTable.CopyWindows(in job, group, m, count, windows.Pointer);
                for (int i = 0; i < count; i++)
                {
                    rows[i] = windows.Pointer + ((nint)i * g.Taps * depth);
                }

                RunPanels(in job, kernel, group, rows, block, 1, g.Taps * depth, 0, m, count, p0, p1, true, after.IsNone);
                Apply(in job, in after, m, count);
                continue;
            }

            (int firstTap, int endTap) = TapsInside(in job, m, count);
            for (int c = 0; c < depth; c += chunk)
            {
                PixelTable.Fill(in job, (group * depth) + c, m, count, block, rows);
                int length = Math.Min(chunk, depth - c);
                for (int tap = firstTap; tap < endTap; tap += tapsAtOnce)
                {
                    int taps = Math.Min(tapsAtOnce, endTap - tap);
                    bool first = c == 0 && tap == firstTap;
                    bool last = c + length == depth && tap + taps == endTap && after.IsNone;
                    RunPanels(
                        in job, kernel, group, rows + ((nint)tap * block), block, taps, length, (tap * depth) + c, m, count, p0, p1, first, last);
                }
            }

            Apply(in job, in after, m, count);
        }
    }

    // Kernel rows that meet the image at some of the pixels; a dilated kernel has many that meet padding alone. At least one.
    private static (int First, int End) TapsInside(in ConvolutionJob job, nint m, int count)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int from = (int)(m % job.OutPixels);
        if (from + count > job.OutPixels)
        {
            return (0, g.Taps);
        }

        int lowest = (from / job.OutWidth * g.StrideHeight) - g.PadTop;
        int highest = ((from + count - 1) / job.OutWidth * g.StrideHeight) - g.PadTop;
        int first = 0;
        int end = g.KernelHeight;
        while (first < end - 1 && highest + (first * g.DilationHeight) < 0)
        {
            first++;
        }

        while (end > first + 1 && lowest + ((end - 1) * g.DilationHeight) >= job.Height)
        {
            end--;
        }

        return (first * g.KernelWidth, end * g.KernelWidth);
    }

    // An activation that is no clip goes over whole pixels when all their channels are done, rather than over each panel's part.
    private static Activation Deferred(in ConvolutionJob job, GemmF32Kernel kernel, int panels)
    {
        Activation activation = job.Epilogue.Activation;
        bool whole = job.Geometry.Groups == 1 && panels * kernel.PanelColumns >= job.Geometry.OutChannels;
        return whole && !activation.IsClip(out _, out _) ? activation : default;
    }

    private static void Apply(in ConvolutionJob job, in Activation after, nint m, int count)
    {
        if (!after.IsNone)
        {
            float* y = job.Y + (m * job.Geometry.OutChannels);
            Activations.Apply(in after, y, y, (nint)count * job.Geometry.OutChannels);
        }
    }

    internal static void RunWindowRows(in ConvolutionJob job, GemmF32Kernel kernel, nint m0, nint m1, int p0, int p1, in Activation after)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int block = (int)nint.Min(TileLimits.F32RowBlock, m1 - m0);
        int depth = g.KernelWidth * g.InChannels;
        int tapsAtOnce = depth * g.KernelHeight <= WindowRows.MaxDepth ? g.KernelHeight : Math.Max(DepthBlock / depth, 1);
        var source = new WindowRows(in job, block);
        using var table = new AlignedScratch<nint>((nint)g.KernelHeight * block);
        using var held = new AlignedScratch<nint>(source.Slots);
        using var copies = new AlignedScratch<float>(source.CopyLength);
        float** rows = (float**)table.Pointer;
        source.Start(copies.Pointer, held.Pointer);
        for (nint m = m0; m < m1; m += block)
        {
            int count = (int)nint.Min(block, m1 - m);
            source.Fill(m, count, block, rows);
            for (int tap = 0; tap < g.KernelHeight; tap += tapsAtOnce)
            {
                int taps = Math.Min(tapsAtOnce, g.KernelHeight - tap);
                RunPanels(
                    in job, kernel, 0, rows + ((nint)tap * block), block, taps, depth, tap * depth, m, count, p0, p1, tap == 0,
                    tap + taps == g.KernelHeight && after.IsNone);
            }

            Apply(in job, in after, m, count);
        }
    }

    private static void RunPanels(
        in ConvolutionJob job, GemmF32Kernel kernel, int group, float** rows, int pitch, int taps, int length, int k0, nint m,
        int count, int p0, int p1, bool first, bool last)
    {
        ref readonly ConvolutionGeometry g = ref job.Geometry;
        int depth = g.Taps * g.GroupInChannels;
        var epilogue = new GemmEpilogue
        {
            Bias = job.Epilogue.Bias,
            Residual = job.Epilogue.Residual,
            ResidualStride = g.OutChannels,
            Activation = job.Epilogue.Activation,
        };
        GemmF32Tile tile = default;
        tile.RowPitch = pitch;
        tile.Taps = taps;
        tile.Depth = length;
        tile.Ldc = g.OutChannels;
        float* weights = job.Weights + (group * ConvolutionWeights.GroupStride(in g, kernel));
        for (int p = p0; p < p1; p++)
        {
            int n0 = p * kernel.PanelColumns;
            int columns = Math.Min(kernel.PanelColumns, g.GroupOutChannels - n0);
            int vectors = (columns + kernel.Lanes - 1) / kernel.Lanes;
            int stored = vectors * kernel.Lanes;
            int channel = (group * g.GroupOutChannels) + n0;
            tile.Rows = rows;
            tile.Panel = weights + ((nint)n0 * depth) + ((nint)k0 * stored);
            tile.PanelStride = stored;
            GemmF32Driver.RunTiles(
                in epilogue, kernel, ref tile, job.Y + (m * g.OutChannels) + channel, m, channel, count, columns, vectors, first, last,
                p + 1 < p1 && columns == stored ? tile.Panel + ((nint)stored * depth) : null);
        }
    }
}
