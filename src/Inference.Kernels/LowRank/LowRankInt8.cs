using Inference.Kernels.Elementwise;
using Inference.Kernels.Memory;
using Inference.Kernels.Quantized;
using Inference.Kernels.Quantized.Results;
using Inference.Kernels.Threading;

namespace Inference.Kernels.LowRank;

/// <summary>
/// Y = activation((X × U) × V + bias) with 8-bit factors: X and the intermediate are quantized to u8 by row, each with its own
/// range; products are exact in s32. Rows are independent of each other. Thread-safe.
/// </summary>
internal static unsafe class LowRankInt8
{
    /// <summary>Runs it.</summary>
    /// <param name="x">X[M,K].</param>
    /// <param name="ldx">Elements between rows of X.</param>
    /// <param name="u">Packed U[K,R].</param>
    /// <param name="scaleU">[R] scales of U's columns.</param>
    /// <param name="v">Packed V[R,N].</param>
    /// <param name="scaleV">[N] scales of V's columns.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="activation">Applied last.</param>
    /// <param name="y">Y[M,N].</param>
    /// <param name="ldy">Elements between rows of Y.</param>
    /// <param name="m">Rows.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentException">U's columns are not V's rows.</exception>
    public static void Run(
        float* x, nint ldx, QuantizedMatrix u, float* scaleU, QuantizedMatrix v, float* scaleV, float* bias, Activation activation,
        float* y, nint ldy, nint m, int maxThreads = 1)
    {
        if (u.Columns != v.Rows)
        {
            throw new ArgumentException(
                $"Expected factors [K,R] and [R,N], got [{u.Rows},{u.Columns}] and [{v.Rows},{v.Columns}]. Pass factors of equal rank.", nameof(v));
        }

        KernelAssert.Matrix(x, m, u.Rows, ldx);
        KernelAssert.Matrix(y, m, v.Columns, ldy);
        KernelAssert.Run(scaleU, u.Columns);
        KernelAssert.Run(scaleV, v.Columns);
        long work = (long)m * u.Columns * (u.Rows + v.Columns) / 4;
        bool parallel = maxThreads > 1 && work >= Gemm.GemmF32Driver.ParallelWork;
        var action = new Blocks
        {
            X = x,
            Ldx = ldx,
            U = u,
            ScaleU = scaleU,
            V = v,
            ScaleV = scaleV,
            Bias = bias,
            Activation = activation,
            Y = y,
            Ldy = ldy,
            M = m,
            Threads = parallel && m < 2 * maxThreads ? maxThreads : 1,
            Size = parallel && m >= 2 * maxThreads ? nint.Clamp((m + (WorkerPool.BlocksPerThread * maxThreads) - 1) / (WorkerPool.BlocksPerThread * maxThreads), TileLimits.S32Rows, TileLimits.RowBlock) : TileLimits.RowBlock,
        };
        WorkerPool.Run((int)((m + action.Size - 1) / action.Size), ref action, parallel && action.Threads == 1 ? maxThreads : 1);
    }

    private struct Blocks : IBlockAction
    {
        public float* X;
        public nint Ldx;
        public QuantizedMatrix U;
        public float* ScaleU;
        public QuantizedMatrix V;
        public float* ScaleV;
        public float* Bias;
        public Activation Activation;
        public float* Y;
        public nint Ldy;
        public nint M;
        public nint Size;
        public int Threads;

        public readonly void Invoke(int block)
        {
            nint first = block * Size;
            nint rows = nint.Min(Size, M - first);
            nint rank = U.Columns;
            using var codes = new AlignedScratch<byte>(rows * nint.Max(U.Rows, rank));
            using var middle = new AlignedScratch<float>(rows * rank);
            KernelAssert.AtMost(rows, TileLimits.RowBlock);
            float* scales = stackalloc float[TileLimits.RowBlock];
            int* zeros = stackalloc int[TileLimits.RowBlock];
            QuantizeRows(X + (first * Ldx), Ldx, rows, U.Rows, codes.Pointer, scales, zeros);
            var inner = new QuantizedEpilogue { Output = QuantizedOutput.Float32, Scale = ScaleU, ScalePerColumn = true, RowScale = scales };
            QuantizedGemm.Run(codes.Pointer, false, U.Rows, 0, U, middle.Pointer, rank, rows, in inner, Threads, zeros);
            QuantizeRows(middle.Pointer, rank, rows, rank, codes.Pointer, scales, zeros);
            var outer = new QuantizedEpilogue
            {
                Output = QuantizedOutput.Float32,
                Scale = ScaleV,
                ScalePerColumn = true,
                RowScale = scales,
                FloatBias = Bias,
                Activation = Activation,
            };
            QuantizedGemm.Run(codes.Pointer, false, rank, 0, V, Y + (first * Ldy), Ldy, rows, in outer, Threads, zeros);
        }

        private static void QuantizeRows(float* x, nint ldx, nint rows, nint columns, byte* to, float* scales, int* zeros)
        {
            for (nint i = 0; i < rows; i++)
            {
                LinearQuantization.QuantizeDynamic(x + (i * ldx), to + (i * columns), columns, out scales[i], out byte zero);
                zeros[i] = zero;
            }
        }
    }
}
