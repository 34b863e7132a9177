using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Emit;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Quantized.Tiles;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Quantized;

/// <summary>Blocking of integer products over tiles.</summary>
internal static unsafe class QuantizedGemmDriver
{
    // Emitted tiles run without letting a collection start, so a call is kept near a microsecond; and half a panel of this depth
    // (20 KB) stays in the first-level cache beside the rows.
    public const int DepthBytes = 640;

    // One row of tiles reads each panel once, so longer calls gain; at most 4096 steps of one row.
    private const int FewRowsDepthBytes = 4096;

    // Each block of rows reads all of B: where that takes more than half of a second-level cache of 1 MB, blocks are larger.
    private const int LargeRowBlock = 3 * TileLimits.RowBlock;
    private const nint LargeBytes = 512 << 10;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunBlock(in QuantizedGemmJob job, GemmS32Kernel kernel, nint m0, nint m1, nint p0, nint p1)
    {
        nint rowBytes = job.Steps * 4;
        // Rows are used where they lie if the tile reads u8 and whole steps; else they are copied in the tile's form.
        bool copy = kernel.ValuesPerStep == 2 || job.SignedA || job.K % 4 != 0;
        bool large = (p1 - p0) * kernel.PanelColumns * rowBytes > LargeBytes;
        nint block = nint.Min(large ? LargeRowBlock : TileLimits.RowBlock, m1 - m0);
        using var copies = new AlignedScratch<byte>(copy ? block * rowBytes : 0);
        using var rowSums = new AlignedScratch<int>(job.ColumnZeroPoints == null ? 0 : block);
        using var accumulators = new AlignedScratch<int>(block * TileLimits.PanelColumns);
        byte** rows = stackalloc byte*[LargeRowBlock];
        nint n0 = p0 * kernel.PanelColumns;
        int columns = (int)(nint.Min(p1 * kernel.PanelColumns, job.N) - n0);
        int stored = (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
        using var init = new AlignedScratch<int>(stored);
        // A signed A is stored plus 128, and so is its zero point.
        int zero = job.RowZeroPoints != null ? 0 : job.ZeroPoint + (job.SignedA ? 128 : 0);
        FillInit(in job.Epilogue, job.ColumnSums, n0, columns, stored, zero, init.Pointer);
        var work = default(WorkCounter);
        for (nint m = m0; m < m1; m += block)
        {
            nint count = nint.Min(block, m1 - m);
            KernelAssert.AtMost(count, LargeRowBlock);
            for (nint i = 0; i < count; i++)
            {
                byte* a = job.A + ((m + i) * job.Lda);
                if (copy)
                {
                    byte* to = copies.Pointer + (i * rowBytes);
                    RowForms.Convert(a, job.SignedA, job.K, to, rowBytes, kernel.ValuesPerStep);
                    rows[i] = to;
                }
                else
                {
                    rows[i] = a;
                }

                if (job.ColumnZeroPoints != null)
                {
                    rowSums.Pointer[i] = RowForms.Sum(a, job.SignedA, job.K);
                }
            }

            for (nint p = p0; p < p1; p++)
            {
                work.Add(count * kernel.PanelColumns * job.K / WorkCounter.MultiplyAdds);
                RunPanel(in job, kernel, rows, m, (int)count, p, init.Pointer + ((p - p0) * kernel.PanelColumns), rowSums.Pointer, accumulators.Pointer);
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPanel(
        in QuantizedGemmJob job, GemmS32Kernel kernel, byte** rows, nint m, int count, nint p, int* init, int* rowSums, int* accumulators)
    {
        nint n0 = p * kernel.PanelColumns;
        int columns = (int)nint.Min(kernel.PanelColumns, job.N - n0);
        int vectors = (columns + kernel.Lanes - 1) / kernel.Lanes;
        int width = vectors * kernel.Lanes;
        // Sums that are the result, and whole vectors of them, go where they belong at once.
        bool direct = job.Epilogue.Output == QuantizedOutput.Int32 && columns == width;
        GemmS32Tile tile = default;
        tile.RowPitchBytes = 0;
        tile.Taps = 1;
        tile.LdcBytes = (direct ? job.Ldy : width) * sizeof(int);
        int* sums = direct ? (int*)job.Y + (m * job.Ldy) + n0 : accumulators;
        nint rowBytes = job.Steps * 4;
        nint depth = count <= kernel.MaxRows ? FewRowsDepthBytes : DepthBytes;
        // Even parts of whole steps.
        nint parts = nint.Max(1, (rowBytes + depth - 1) / depth);
        depth = nint.Max(1, (job.Steps + parts - 1) / parts) * 4;
        KernelAssert.AtMost(count, LargeRowBlock);
        KernelAssert.AtMost(width, TileLimits.PanelColumns);
        byte** moved = stackalloc byte*[LargeRowBlock];
        for (nint k = 0; k < rowBytes || k == 0; k += depth)
        {
            for (int i = 0; i < count && k > 0; i++)
            {
                moved[i] = rows[i] + k;
            }

            tile.DepthBytes = nint.Min(depth, rowBytes - k);
            tile.Panel = job.Panels + (n0 * rowBytes) + (k * width);
            RunTiles(kernel, ref tile, k == 0 ? rows : moved, count, vectors, sums, k == 0 ? init : null);
        }

        if (job.ColumnZeroPoints != null || job.RowZeroPoints != null)
        {
            SubtractZeroPoints(in job, m, count, n0, columns, tile.LdcBytes / sizeof(int), rowSums, sums);
        }

        if (!direct)
        {
            QuantizedStore.Run(in job.Epilogue, accumulators, width, job.Y, job.Ldy, m, count, n0, columns);
        }
    }

    /// <summary>All tiles of a block of rows; sums start from <paramref name="init"/>, or go on from the accumulators if it is null.</summary>
    public static void RunTiles(GemmS32Kernel kernel, ref GemmS32Tile tile, byte** rows, int count, int vectors, int* accumulators, int* init)
    {
        tile.InitStrideBytes = init == null ? tile.LdcBytes : 0;
        fixed (GemmS32Tile* pinned = &tile)
        {
            int tall = kernel.TallRows(count, vectors);
            if (tall > 0)
            {
                RunTall(kernel, pinned, rows, tall, vectors, accumulators, init);
            }

            for (int i = tall; i < count; i += kernel.MaxRows)
            {
                pinned->Rows = rows + i;
                pinned->C = (int*)((byte*)accumulators + (i * tile.LdcBytes));
                pinned->Init = init == null ? pinned->C : init;
                kernel.Run(pinned, Math.Min(kernel.MaxRows, count - i), vectors);
            }
        }
    }

    private static void RunTall(GemmS32Kernel kernel, GemmS32Tile* tile, byte** rows, int count, int vectors, int* accumulators, int* init)
    {
        byte* panel = tile->Panel;
        int step = VnniTiles.TallVectors(vectors);
        for (int v = 0; v < vectors; v += step)
        {
            int* c = accumulators + (v * kernel.Lanes);
            tile->Panel = panel + (v * kernel.Lanes * 4);
            for (int i = 0; i < count; i += VnniTiles.TallRows)
            {
                tile->Rows = rows + i;
                tile->C = (int*)((byte*)c + (i * tile->LdcBytes));
                tile->Init = init == null ? tile->C : init + (v * kernel.Lanes);
                kernel.RunTall(tile, Math.Min(VnniTiles.TallRows, count - i), vectors);
            }
        }

        tile->Panel = panel;
    }

    /// <summary>init[j] = bias[n0 + j] − zero · sum of column n0 + j.</summary>
    public static void FillInit(in QuantizedEpilogue epilogue, int* columnSums, nint n0, int columns, int width, int zero, int* init)
    {
        int* bias = epilogue.Bias == null ? null : epilogue.Bias + n0;
        int* sums = columnSums + n0;
        int whole = 0;
        for (Vector256<int> zeros = Vector256.Create(zero); whole + 8 <= columns; whole += 8)
        {
            Vector256<int> start = bias == null ? Vector256<int>.Zero : Vector256.Load(bias + whole);
            (start - (zeros * Vector256.Load(sums + whole))).Store(init + whole);
        }

        for (int j = whole; j < columns; j++)
        {
            init[j] = (bias == null ? 0 : bias[j]) - (zero * sums[j]);
        }

        for (int j = columns; j < width; j++)
        {
            init[j] = 0;
        }
    }

    // Σ A'(B' − zb) = Σ A'B' − zb·ΣA', and per-row za takes za'·Σ(B' − zb) off; A' is the stored form of A.
    private static void SubtractZeroPoints(
        in QuantizedGemmJob job, nint m, int count, nint n0, int columns, nint ldc, int* rowSums, int* accumulators)
    {
        for (int i = 0; i < count; i++, accumulators += ldc)
        {
            int sum = job.ColumnZeroPoints == null ? 0 : rowSums[i];
            int zero = job.RowZeroPoints == null ? 0 : job.RowZeroPoints[m + i] + (job.SignedA ? 128 : 0);
            for (int j = 0; j < columns; j++)
            {
                int columnZero = job.ColumnZeroPoints == null ? 0 : job.ColumnZeroPoints[n0 + j];
                accumulators[j] -= (columnZero * sum) + (zero * job.ColumnSums[n0 + j]);
            }
        }
    }
}
