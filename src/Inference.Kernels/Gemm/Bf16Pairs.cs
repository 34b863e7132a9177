using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Conversion;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>
/// f32 matrices as pairs of bf16 that are neighbours along K, the lower one first, rounded to nearest, halves to even. An odd K is padded with a zero. Pairs are stored as elements of
/// 4 bytes, so that a product of K counts ceil(K / 2) elements.
/// </summary>
internal static unsafe class Bf16Pairs
{
    // Rows of B that are panels of f32 before they are pairs: 32 KB at 64 columns.
    private const int PartDepth = 128;

    // Half of a load and a store of 64 bytes a cycle, from the second-level cache.
    private const int RoundedPerNanosecond = 16;

    /// <summary>Pairs of a row of K elements.</summary>
    public static nint Count(nint k) => (k + 1) / 2;

    /// <summary>Writes rows of A as [m][ceil(k / 2)] pairs.</summary>
    /// <param name="a">A[m,k].</param>
    /// <param name="lda">Elements between rows of A.</param>
    /// <param name="m">Rows.</param>
    /// <param name="k">Elements of a row.</param>
    /// <param name="to">The pairs.</param>
    /// <param name="emitted">Whether emitted code rounds, which takes denormals as zero.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void FromRows(float* a, nint lda, nint m, nint k, float* to, bool emitted, int maxThreads)
    {
        var rows = new Rows { A = a, Lda = lda, M = m, K = k, To = to, Emitted = emitted, Blocks = 1 };
        bool parallel = maxThreads > 1 && m > 1 && (long)m * k >= RoundedPerNanosecond * WorkerPool.SharedNanoseconds;
        rows.Blocks = parallel ? (int)nint.Min(m, WorkerPool.BlocksPerThread * maxThreads) : 1;
        WorkerPool.Run(rows.Blocks, ref rows, parallel ? maxThreads : 1);
    }

    /// <summary>Writes α·B as panels of pairs, [ceil(k / 2)][panel] each; otherwise as <see cref="GemmF32Packing.PackPanels"/>.</summary>
    public static void PackPanels(float* b, nint ldb, bool transposed, nint k, nint n, float alpha, int panel, int lanes, float* to)
    {
        using var part = new AlignedScratch<float>(PartDepth * panel);
        var work = default(WorkCounter);
        for (nint n0 = 0; n0 < n; n0 += panel)
        {
            int columns = (int)nint.Min(panel, n - n0);
            int width = (columns + lanes - 1) / lanes * lanes;
            float* from = transposed ? b + (n0 * ldb) : b + n0;
            for (nint r = 0; r < k; r += PartDepth)
            {
                nint depth = nint.Min(PartDepth, k - r);
                work.Add(2 * panel * depth);
                GemmF32Packing.PackPanel(transposed ? from + r : from + (r * ldb), ldb, transposed, depth, columns, alpha, width, part.Pointer);
                Join(part.Pointer, depth, width, to);
                to += Count(depth) * width;
            }
        }
    }

    // Rows 2r and 2r + 1 become row r of pairs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Join(float* rows, nint depth, int width, float* to)
    {
        if ((depth & 1) != 0)
        {
            new Span<float>(rows + (depth * width), width).Clear();
        }

        for (nint r = 0; r < depth; r += 2, rows += 2 * width, to += width)
        {
            for (int j = 0; j < width; j += 8)
            {
                Vector256<uint> low = FloatConversion.Round(Vector256.Load(rows + j));
                Vector256<uint> high = FloatConversion.Round(Vector256.Load(rows + width + j));
                (low | (high << 16)).AsSingle().Store(to + j);
            }
        }
    }

    private static void Round(float* from, ushort* to, nint count, bool emitted, ref WorkCounter work)
    {
        nint blocks = emitted ? count / Bf16Rounding.BlockElements : 0;
        nint done = blocks * Bf16Rounding.BlockElements;
        FloatConversion.SingleToBFloat16(from + done, to + done, count - done);
        for (; blocks > 0; blocks -= Bf16Rounding.MaxBlocks)
        {
            nint part = nint.Min(blocks, Bf16Rounding.MaxBlocks);
            var job = new Bf16Rounding { From = from, To = to, Blocks = part };
            Bf16Tiles.Round(&job);
            work.Add(part * Bf16Rounding.BlockElements / RoundedPerNanosecond);
            from += part * Bf16Rounding.BlockElements;
            to += part * Bf16Rounding.BlockElements;
        }
    }

    private struct Rows : IBlockAction
    {
        public float* A;
        public nint Lda;
        public nint M;
        public nint K;
        public float* To;
        public bool Emitted;
        public int Blocks;

        public readonly void Invoke(int block)
        {
            nint first = M * block / Blocks;
            nint end = M * (block + 1) / Blocks;
            nint pairs = Count(K);
            var work = default(WorkCounter);
            if (Lda == K && (K & 1) == 0)
            {
                Round(A + (first * K), (ushort*)(To + (first * pairs)), (end - first) * K, Emitted, ref work);
                return;
            }

            for (nint i = first; i < end; i++)
            {
                ushort* row = (ushort*)(To + (i * pairs));
                Round(A + (i * Lda), row, K, Emitted, ref work);
                if ((K & 1) != 0)
                {
                    row[K] = 0;
                }
            }
        }
    }
}
