using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.BlockQuantized;

/// <summary>
/// Y[M,N] = epilogue(X[M,K] × Wᵀ) for a block-quantized W[N,K]. Weights become f32 on the way: in registers when there are
/// few rows, into packed panels when there are many. Errors are those of the f32 product with the dequantized weights. Thread-safe.
/// </summary>
internal static unsafe class BlockQuantizedGemm
{
    // From here on writing weights and reading them again costs less than making them again for each four rows: benchmarks/results/thresholds.md.
    internal const int MinPanelRows = 5;

    /// <summary>Runs it.</summary>
    /// <param name="x">X[M,K].</param>
    /// <param name="ldx">Elements between rows of X.</param>
    /// <param name="w">Weights.</param>
    /// <param name="y">Y[M,N].</param>
    /// <param name="ldy">Elements between rows of Y.</param>
    /// <param name="m">Rows.</param>
    /// <param name="epilogue">What to do with the product.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentException">The number of bits is not 4 or 8, or the block size is not a multiple of 16.</exception>
    public static void Run(
        float* x, nint ldx, in BlockQuantizedMatrix w, float* y, nint ldy, nint m, in GemmEpilogue epilogue, int maxThreads = 1) =>
        Run(x, ldx, in w, y, ldy, m, in epilogue, maxThreads, panels: m >= MinPanelRows);

    internal static void Run(float* x, nint ldx, in BlockQuantizedMatrix w, float* y, nint ldy, nint m, in GemmEpilogue epilogue, int maxThreads, bool panels, IsaTier limit = IsaTier.Avx512)
    {
        if (w.Bits is not (4 or 8) || w.BlockSize < 16 || w.BlockSize % 16 != 0)
        {
            throw new ArgumentException(
                $"Expected 4 or 8 bits and a block size that is a multiple of 16, got {w.Bits} bits and {w.BlockSize}. Convert the weights.", nameof(w));
        }

        KernelAssert.Matrix(x, m, w.Depth, ldx);
        KernelAssert.Matrix(y, m, w.Columns, ldy);
        KernelAssert.Run(w.Codes, w.Columns * w.Blocks * w.BlockSize * w.Bits / 8);
        KernelAssert.Run(w.Scales, w.Columns * w.Blocks);
        if (panels)
        {
            var dense = new Panels { X = x, Ldx = ldx, W = w, Y = y, Ldy = ldy, M = m, Epilogue = epilogue, Limit = limit };
            WorkerPool.Run(Groups(in w), ref dense, Threads(in w, m, maxThreads));
        }
        else
        {
            RunDots(x, ldx, in w, y, ldy, m, in epilogue, maxThreads, limit);
        }
    }

    private static void RunDots(float* x, nint ldx, in BlockQuantizedMatrix w, float* y, nint ldy, nint m, in GemmEpilogue epilogue, int maxThreads, IsaTier limit)
    {
        // A step of two vectors lies within a block.
        ref readonly RowKernel.Variant variant = ref BlockDotsBody.Kernel.Fitting(limit, w.BlockSize % (2 * TileLimits.Lanes) == 0 ? TileLimits.Lanes : TileLimits.Lanes / 2);
        int step = 2 * variant.Lanes;
        nint stored = (w.Depth + step - 1) / step * step;
        float* mask = stackalloc float[2 * TileLimits.Lanes];
        using var rows = new AlignedScratch<float>(m * stored);
        if (w.Bits == 4)
        {
            BlockDotsBody.Arrange<NibbleCodes>(x, ldx, rows.Pointer, stored, mask, m, w.Depth, variant.Lanes);
        }
        else
        {
            BlockDotsBody.Arrange<ByteCodes>(x, ldx, rows.Pointer, stored, mask, m, w.Depth, variant.Lanes);
        }

        var job = new BlockDotsBody.Job { X = rows.Pointer, Stored = stored, Mask = mask, Rows = m, W = w, Blocks = w.Blocks };
        var dots = new Dots { Job = job, Body = variant.Body, Y = y, Ldy = ldy, Epilogue = epilogue };
        WorkerPool.Run(Groups(in w), ref dots, Threads(in w, m, maxThreads));
    }

    private static int Groups(in BlockQuantizedMatrix w) => (int)((w.Columns + TileLimits.PanelColumns - 1) / TileLimits.PanelColumns);

    private static int Threads(in BlockQuantizedMatrix w, nint m, int maxThreads) => (long)m * w.Columns * w.Depth >= GemmF32Driver.ParallelWork ? maxThreads : 1;

    /// <summary>A panel of columns, whose weights become f32 in registers.</summary>
    private struct Dots : IBlockAction
    {
        public BlockDotsBody.Job Job;
        public delegate*<void*, nint, nint, void> Body;
        public float* Y;
        public nint Ldy;
        public GemmEpilogue Epilogue;

        public readonly void Invoke(int block)
        {
            BlockDotsBody.Job job = Job;
            nint first = (nint)block * TileLimits.PanelColumns;
            nint columns = nint.Min(TileLimits.PanelColumns, job.W.Columns - first);
            using var sums = new AlignedScratch<float>(job.Rows * columns);
            job.Sums = sums.Pointer;
            job.Stride = columns;
            job.FirstColumn = first;
            Body(&job, first, first + columns);
            for (nint i = 0; i < job.Rows; i++)
            {
                Finish(sums.Pointer + (i * columns), i, first, columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Finish(float* sums, nint row, nint first, nint columns)
        {
            float* y = Y + (row * Ldy) + first;
            float* bias = Epilogue.Bias == null ? null : Epilogue.Bias + first;
            float rowBias = Epilogue.RowBias == null ? 0f : Epilogue.RowBias[row];
            float* residual = Epilogue.Residual == null ? null : Epilogue.Residual + (row * Epilogue.ResidualStride) + first;
            for (nint j = 0; j < columns; j++)
            {
                float sum = sums[j] + (bias != null ? bias[j] : 0f);
                sum += rowBias;
                sum += residual != null ? residual[j] : 0f;
                sums[j] = Epilogue.Accumulate ? sum + y[j] : sum;
            }

            Activations.Apply(Epilogue.Activation, sums, y, columns);
        }
    }

    /// <summary>A panel of columns, whose weights become panels of f32 at once.</summary>
    private struct Panels : IBlockAction
    {
        public float* X;
        public nint Ldx;
        public BlockQuantizedMatrix W;
        public float* Y;
        public nint Ldy;
        public nint M;
        public GemmEpilogue Epilogue;
        public IsaTier Limit;

        public readonly void Invoke(int block)
        {
            GemmF32Kernel kernel = GemmF32Kernels.Best;
            nint first = (nint)block * TileLimits.PanelColumns;
            nint columns = nint.Min(TileLimits.PanelColumns, W.Columns - first);
            nint stored = (columns + kernel.Lanes - 1) / kernel.Lanes * kernel.Lanes;
            using var panels = new AlignedScratch<float>(stored * W.Depth);
            float* to = panels.Pointer;
            for (nint n = 0; n < columns; n += kernel.PanelColumns)
            {
                nint width = nint.Min(kernel.PanelColumns, stored - n);
                BlockPanelBody.Dequantize(in W, first + n, nint.Min(width, columns - n), width, to, Limit);
                to += width * W.Depth;
            }

            GemmF32Job job = default;
            job.A = X;
            job.Lda = Ldx;
            job.B = panels.Pointer;
            job.C = Y + first;
            job.Ldc = Ldy;
            job.M = M;
            job.N = columns;
            job.K = W.Depth;
            job.Epilogue = Epilogue;
            job.Epilogue.Bias += job.Epilogue.Bias == null ? 0 : first;
            job.Epilogue.Residual += job.Epilogue.Residual == null ? 0 : first;
            GemmF32Driver.Run(ref job, kernel, 1);
        }
    }
}
