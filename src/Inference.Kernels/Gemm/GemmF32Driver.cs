using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>Blocking of f32 products over tiles, and over threads.</summary>
internal static unsafe class GemmF32Driver
{
    // Multiply-adds in the time that an element of C takes to be stored, for the looks at the clock.
    private const int StoreMacs = 16;

    // 54 multiply-adds a nanosecond at 512×512×512 (benchmarks/results/engine.md).
    /// <summary>Multiply-adds from which a product of f32, or a part of it, is worth sharing.</summary>
    public const long ParallelWork = 64 * WorkerPool.SharedNanoseconds;

    /// <summary>Multiply-adds of a block of a shared product at least: what one of two threads gets of the smallest one.</summary>
    public const long LeastBlockWork = ParallelWork / WorkerPool.BlocksPerThread;

    // 0.3 ms at 54 multiply-adds a nanosecond (benchmarks/results/engine.md), 1 ms at 16; below, the path without a look is the shorter one.
    /// <summary>Multiply-adds from which a product on one thread looks at the clock.</summary>
    public const long WatchedWork = 16 << 20;

    // A panel of so many × 64 columns (160 KB) and a block of rows of A (480 KB) stay in a second-level cache of 1 MB.
    private const int DepthBlock = 640;

    public static void Run(ref GemmF32Job job, GemmF32Kernel kernel, int maxThreads)
    {
        nint panels = (job.N + kernel.PanelColumns - 1) / kernel.PanelColumns;
        long work = (long)job.M * job.N * job.K;
        if (maxThreads <= 1 || work < ParallelWork)
        {
            RunBlock(in job, kernel, 0, job.M, 0, panels);
            return;
        }

        long wanted = Math.Min((long)WorkerPool.BlocksPerThread * maxThreads, Math.Max(1, work / LeastBlockWork));
        job.BlockPanels = Math.Max(1, panels / (nint)wanted);
        nint across = (panels + job.BlockPanels - 1) / job.BlockPanels;
        nint down = Math.Max(1, (nint)wanted / across);
        nint rows = (job.M + down - 1) / down;
        job.BlockRows = (rows + kernel.MaxRows - 1) / kernel.MaxRows * kernel.MaxRows;
        job.BlocksAcross = (int)across;
        job.Kernel = GemmF32Kernels.IndexOf(kernel);
        int blocks = (int)(across * ((job.M + job.BlockRows - 1) / job.BlockRows));
        fixed (GemmF32Job* shared = &job)
        {
            WorkerPool.Run(blocks, &RunBlock, shared, maxThreads);
        }
    }

    /// <summary>One row of tiles over packed panels on this thread: the path of single rows, where set-up counts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunFewRows(float* a, nint lda, PackedMatrix b, float* c, nint ldc, int m, in GemmEpilogue epilogue)
    {
        GemmF32Kernel kernel = b.Kernel;
        KernelAssert.AtMost(m, TileLimits.F32Rows);
        float** rows = stackalloc float*[TileLimits.F32Rows];
        for (int i = 0; i < m; i++, a += lda)
        {
            rows[i] = a;
        }

        GemmF32Tile tile;
        tile.Rows = rows;
        tile.RowPitch = 0;
        tile.Taps = 1;
        tile.Depth = b.Depth;
        tile.Panel = b.Data;
        tile.Ahead = (byte*)b.Data;
        tile.AheadStep = 0;
        tile.C = c;
        tile.Ldc = ldc;
        tile.Init = epilogue.Accumulate ? c : epilogue.Residual;
        tile.InitStride = epilogue.Accumulate ? ldc : epilogue.ResidualStride;
        tile.Bias = epilogue.Bias;
        tile.RowBias = epilogue.RowBias;
        tile.Clip = epilogue.Activation.IsClip(out tile.Min, out tile.Max);
        int width = kernel.PanelColumns;
        nint left = b.Columns;
        tile.PanelStride = width;
        if (left >= width)
        {
            delegate*<GemmF32Tile*, void> whole = kernel.Tile(m, kernel.MaxVectors);
            for (; left >= width; left -= width)
            {
                whole(&tile);
                Advance(&tile, width);
            }
        }

        if (left > 0)
        {
            int vectors = ((int)left + kernel.Lanes - 1) / kernel.Lanes;
            tile.PanelStride = vectors * kernel.Lanes;
            if (left == tile.PanelStride)
            {
                kernel.Tile(m, vectors)(&tile);
            }
            else
            {
                RunEdge(kernel, ref tile, m, (int)left, vectors);
            }
        }

        if (!tile.Clip && !epilogue.Activation.IsNone)
        {
            for (int i = 0; i < m; i++, c += ldc)
            {
                Activations.Apply(in epilogue.Activation, c, c, b.Columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Advance(GemmF32Tile* tile, int width)
    {
        tile->Panel += tile->Depth * width;
        tile->C += width;
        tile->Init += tile->Init == null ? 0 : width;
        tile->Bias += tile->Bias == null ? 0 : width;
    }

    /// <summary>K cut into the fewest parts within the limit, of even size.</summary>
    public static nint EvenPart(nint depth)
    {
        nint parts = (depth + DepthBlock - 1) / DepthBlock;
        return parts <= 1 ? nint.Max(depth, 1) : (depth + parts - 1) / parts;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunBlock(void* state, int block)
    {
        ref GemmF32Job job = ref *(GemmF32Job*)state;
        GemmF32Kernel kernel = GemmF32Kernels.At(job.Kernel);
        nint m0 = block / job.BlocksAcross * job.BlockRows;
        nint p0 = block % job.BlocksAcross * job.BlockPanels;
        nint panels = (job.N + kernel.PanelColumns - 1) / kernel.PanelColumns;
        RunBlock(in job, kernel, m0, nint.Min(job.M, m0 + job.BlockRows), p0, nint.Min(panels, p0 + job.BlockPanels));
    }

    [SkipLocalsInit]
    private static void RunBlock(in GemmF32Job job, GemmF32Kernel kernel, nint m0, nint m1, nint p0, nint p1)
    {
        float** rows = stackalloc float*[TileLimits.F32RowBlock];
        // With a single row of tiles nothing is read twice, so K is not cut and C is written once.
        nint depthBlock = m1 - m0 <= kernel.MaxRows && job.K <= kernel.MaxDepth ? nint.Max(job.K, 1) : EvenPart(job.K);
        GemmF32Tile tile = default;
        tile.Taps = 1;
        tile.Rows = rows;
        tile.Ldc = job.Ldc;
        var work = default(WorkCounter);
        nint k0 = 0;
        do
        {
            nint depth = nint.Min(depthBlock, job.K - k0);
            tile.Depth = depth;
            for (nint mb = m0; mb < m1; mb += TileLimits.F32RowBlock)
            {
                nint count = nint.Min(TileLimits.F32RowBlock, m1 - mb);
                KernelAssert.AtMost(count, TileLimits.F32RowBlock);
                float* a = job.A + (mb * job.Lda) + k0;
                for (nint i = 0; i < count; i++, a += job.Lda)
                {
                    rows[i] = a;
                }

                for (nint p = p0; p < p1; p++)
                {
                    work.Add(count * (depth + StoreMacs) * kernel.PanelColumns / WorkCounter.MultiplyAdds);
                    tile.Rows = rows;
                    RunPanel(in job, kernel, ref tile, mb, count, p, k0, k0 == 0, k0 + depth == job.K);
                }
            }

            k0 += depth;
        }
        while (k0 < job.K);
    }

    /// <summary>All tiles of one panel and one block of rows; <paramref name="tile"/>.Rows holds their pointers.</summary>
    private static void RunPanel(
        in GemmF32Job job, GemmF32Kernel kernel, ref GemmF32Tile tile, nint m0, nint count, nint p, nint k0, bool first, bool last)
    {
        int width = kernel.PanelColumns;
        nint n0 = p * width;
        int columns = (int)nint.Min(width, job.N - n0);
        int vectors = (columns + kernel.Lanes - 1) / kernel.Lanes;
        int stored = vectors * kernel.Lanes;
        bool packed = job.BStride == 0;
        tile.Panel = packed ? job.B + (n0 * job.K) + (k0 * stored) : job.B + n0 + (k0 * job.BStride);
        tile.PanelStride = packed ? stored : job.BStride;
        float* next = packed && columns == width && n0 + width < job.N ? tile.Panel + (job.K * stored) : null;
        RunTiles(in job.Epilogue, kernel, ref tile, job.C + (m0 * job.Ldc) + n0, m0, n0, count, columns, vectors, first, last, next);
    }

    /// <summary>
    /// The tiles of one panel for <paramref name="count"/> rows from row <paramref name="m0"/>; C is at (m0, n0). Bias and
    /// residual come in with the first part of K, activation goes with the last. <paramref name="next"/>, if any, is the panel that comes after this one, of the same size: it is brought into the
    /// second-level cache meanwhile, as the first row of tiles would wait for it otherwise.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunTiles(
        in GemmEpilogue epilogue, GemmF32Kernel kernel, ref GemmF32Tile tile, float* c, nint m0, nint n0, nint count, int columns,
        int vectors, bool first, bool last, float* next = null)
    {
        bool clip = epilogue.Activation.IsClip(out tile.Min, out tile.Max);
        bool post = last && !clip && !epilogue.Activation.IsNone;
        tile.Clip = clip && last;
        tile.Bias = first && epilogue.Bias != null ? epilogue.Bias + n0 : null;
        tile.RowBias = first && epilogue.RowBias != null ? epilogue.RowBias + m0 : null;
        float* init = null;
        if (!first || epilogue.Accumulate)
        {
            init = c;
            tile.InitStride = tile.Ldc;
        }
        else if (epilogue.Residual != null)
        {
            init = epilogue.Residual + (m0 * epilogue.ResidualStride) + n0;
            tile.InitStride = epilogue.ResidualStride;
        }

        tile.C = c;
        tile.Init = init;
        int width = vectors * kernel.Lanes;
        bool whole = columns == width;
        // Rows without a gap: what a whole vector stores behind the end of its row is stored again by the row it belongs to, as rows are
        // worked on in order. Only the last ones, behind which others' memory lies, take the way over the stack.
        bool ordered = !whole && tile.Ldc == columns && init != c && (init == null || tile.InitStride == columns);
        KernelAssert.AtMost(width, TileLimits.PanelColumns);
        KernelAssert.AtMost(columns, width);
        float* bias = stackalloc float[TileLimits.PanelColumns];
        if (ordered && tile.Bias != null)
        {
            CopyColumns(tile.Bias, bias, columns);
            new Span<float>(bias + columns, width - columns).Clear();
            tile.Bias = bias;
        }

        byte* ahead = (byte*)next;
        nint bytes = tile.Taps * tile.Depth * Prefetch.LineBytes;
        nint left = next == null ? 0 : tile.Taps * tile.Depth * width * sizeof(float);
        for (nint m = 0; m < count; m += kernel.MaxRows)
        {
            tile.Ahead = left > 0 ? ahead : (byte*)tile.Panel;
            tile.AheadStep = left > 0 ? Prefetch.LineBytes : 0;
            ahead += bytes;
            left -= bytes;
            int rows = (int)nint.Min(kernel.MaxRows, count - m);
            float* at = tile.C;
            if (whole || (ordered && ((m + rows - 1) * columns) + width <= count * columns))
            {
                kernel.Tile(rows, vectors)((GemmF32Tile*)Unsafe.AsPointer(ref tile));
            }
            else
            {
                RunEdge(kernel, ref tile, rows, columns, vectors);
            }

            if (post && tile.Ldc == columns)
            {
                Activations.Apply(in epilogue.Activation, at, at, rows * columns);
            }
            else if (post)
            {
                for (int i = 0; i < rows; i++)
                {
                    float* row = at + (i * tile.Ldc);
                    Activations.Apply(in epilogue.Activation, row, row, columns);
                }
            }

            tile.Rows += rows;
            tile.C = at + (rows * tile.Ldc);
            if (tile.Init != null)
            {
                tile.Init += rows * tile.InitStride;
            }

            if (tile.RowBias != null)
            {
                tile.RowBias += rows;
            }
        }
    }

    // The last columns of N do not fill a vector: the tile works on padded copies of C, Init and Bias on the stack.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunEdge(GemmF32Kernel kernel, ref GemmF32Tile tile, int rows, int columns, int vectors)
    {
        int width = vectors * kernel.Lanes;
        KernelAssert.AtMost(rows, TileLimits.F32Rows);
        KernelAssert.AtMost(width, TileLimits.PanelColumns);
        KernelAssert.AtMost(columns, width);
        float* result = stackalloc float[TileLimits.F32Rows * TileLimits.PanelColumns];
        float* bias = stackalloc float[TileLimits.PanelColumns];
        GemmF32Tile edge = tile;
        edge.C = result;
        edge.Ldc = width;
        if (tile.Bias != null)
        {
            CopyColumns(tile.Bias, bias, columns);
            edge.Bias = bias;
        }

        if (tile.Init != null)
        {
            for (int i = 0; i < rows; i++)
            {
                CopyColumns(tile.Init + (i * tile.InitStride), result + (i * width), columns);
            }

            edge.Init = result;
            edge.InitStride = width;
        }

        kernel.Tile(rows, vectors)(&edge);
        for (int i = 0; i < rows; i++)
        {
            CopyColumns(result + (i * width), tile.C + (i * tile.Ldc), columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyColumns(float* from, float* to, int count)
    {
        // Less than a panel: a call to a block copy would cost more than the copy.
        int i = 0;
        for (; i + 8 <= count; i += 8)
        {
            Vector256.Load(from + i).Store(to + i);
        }

        for (; i < count; i++)
        {
            to[i] = from[i];
        }
    }
}
