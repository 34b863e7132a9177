using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;

namespace Inference.Kernels.LowRank;

/// <summary>
/// Y = epilogue((X × U) × V) for X[M,K], U[K,R], V[R,N] with small R. The intermediate of a block of rows stays in cache: it
/// lives in scratch and is used at once. Thread-safe.
/// </summary>
internal static unsafe class LowRankF32
{
    // Each block of rows reads both factors once, so blocks are as large as keeps the intermediate (128 KB) in the second-level cache.
    private const int MiddleElements = 32 << 10;

    /// <summary>Runs it.</summary>
    /// <param name="x">X[M,K].</param>
    /// <param name="ldx">Elements between rows of X.</param>
    /// <param name="u">Packed U[K,R].</param>
    /// <param name="v">Packed V[R,N].</param>
    /// <param name="y">Y[M,N]; must not overlap X.</param>
    /// <param name="ldy">Elements between rows of Y.</param>
    /// <param name="m">Rows.</param>
    /// <param name="epilogue">Of the second product.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentException">U's columns are not V's rows.</exception>
    public static void Run(
        float* x, nint ldx, PackedMatrix u, PackedMatrix v, float* y, nint ldy, nint m, in GemmEpilogue epilogue, int maxThreads = 1)
    {
        if (u.Columns != v.Rows)
        {
            throw new ArgumentException(
                $"Expected factors [K,R] and [R,N], got [{u.Rows},{u.Columns}] and [{v.Rows},{v.Columns}]. Pass factors of equal rank.", nameof(v));
        }

        KernelAssert.Matrix(x, m, u.Rows, ldx);
        KernelAssert.Matrix(y, m, v.Columns, ldy);
        nint rank = u.Columns;
        long work = (long)m * rank * (u.Rows + v.Columns);
        bool parallel = maxThreads > 1 && work >= GemmF32Driver.ParallelWork;
        if (!parallel || m < 2 * maxThreads)
        {
            // Few rows: both products are cut by columns, and all threads share the intermediate.
            nint limit = BlockRows(rank);
            nint blocks = (m + limit - 1) / limit;
            for (nint i = 0; i < blocks; i++)
            {
                nint first = m * i / blocks;
                Block(x, ldx, u, v, y, ldy, first, (m * (i + 1) / blocks) - first, in epilogue, parallel ? maxThreads : 1);
            }

            return;
        }

        nint size = nint.Clamp((m + (WorkerPool.BlocksPerThread * maxThreads) - 1) / (WorkerPool.BlocksPerThread * maxThreads), TileLimits.F32Rows, BlockRows(rank));
        var action = new Blocks
        {
            X = x,
            Ldx = ldx,
            U = u,
            V = v,
            Y = y,
            Ldy = ldy,
            M = m,
            Size = size,
            Epilogue = epilogue,
        };
        WorkerPool.Run((int)((m + size - 1) / size), ref action, maxThreads);
    }

    private static nint BlockRows(nint rank) => nint.Clamp(MiddleElements / nint.Max(1, rank), TileLimits.RowBlock, TileLimits.F32RowBlock);

    private static void Block(
        float* x, nint ldx, PackedMatrix u, PackedMatrix v, float* y, nint ldy, nint first, nint rows, in GemmEpilogue epilogue, int threads)
    {
        nint rank = u.Columns;
        using var middle = new AlignedScratch<float>(rows * rank);
        GemmF32.Run(x + (first * ldx), ldx, u, middle.Pointer, rank, rows, default, threads);
        GemmEpilogue e = epilogue;
        e.Residual = e.Residual == null ? null : e.Residual + (first * e.ResidualStride);
        e.RowBias = e.RowBias == null ? null : e.RowBias + first;
        GemmF32.Run(middle.Pointer, rank, v, y + (first * ldy), ldy, rows, in e, threads);
    }

    private struct Blocks : IBlockAction
    {
        public float* X;
        public nint Ldx;
        public PackedMatrix U;
        public PackedMatrix V;
        public float* Y;
        public nint Ldy;
        public nint M;
        public nint Size;
        public GemmEpilogue Epilogue;

        public readonly void Invoke(int block)
        {
            nint first = block * Size;
            Block(X, Ldx, U, V, Y, Ldy, first, nint.Min(Size, M - first), in Epilogue, 1);
        }
    }
}
