using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.BlockQuantized;

/// <summary>
/// Y[M,N] = epilogue(X[M,K] × Wᵀ) for a block-quantized W[N,K]. Weights become f32 on the way: for each use when there are
/// few rows, into packed panels when there are many. Errors are those of the f32 product with the dequantized weights. Thread-safe.
/// </summary>
internal static unsafe class BlockQuantizedGemm
{
    // From here on a panel's dequantization is shared by more than one row of tiles: benchmarks/results/thresholds.md.
    internal const int MinPanelRows = TileLimits.F32Rows + 1;

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

    internal static void Run(float* x, nint ldx, in BlockQuantizedMatrix w, float* y, nint ldy, nint m, in GemmEpilogue epilogue, int maxThreads, bool panels)
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
        nint groups = (w.Columns + TileLimits.PanelColumns - 1) / TileLimits.PanelColumns;
        bool parallel = maxThreads > 1 && (long)m * w.Columns * w.Depth >= GemmF32Driver.ParallelWork;
        var action = new Panels { X = x, Ldx = ldx, W = w, Y = y, Ldy = ldy, M = m, Epilogue = epilogue, Whole = panels };
        WorkerPool.Run((int)groups, ref action, parallel ? maxThreads : 1);
    }

    /// <summary>Writes row n of W as f32.</summary>
    /// <param name="w">Weights.</param>
    /// <param name="n">Row, 0 to N − 1.</param>
    /// <param name="to">[K rounded up to whole blocks].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void DequantizeRow(in BlockQuantizedMatrix w, nint n, float* to)
    {
        KernelAssert.AtMost(n, w.Columns - 1);
        KernelAssert.Run(to, w.Blocks * w.BlockSize);
        int bytes = w.BlockSize * w.Bits / 8;
        byte* codes = w.Codes + (n * w.Blocks * bytes);
        for (nint block = 0; block < w.Blocks; block++, codes += bytes, to += w.BlockSize)
        {
            float scale = w.Scales[(n * w.Blocks) + block];
            // (code − zero)·scale with one rounding: code·scale − zero·scale would have three.
            float zero = w.ZeroPoint(n, block);
            Vector256<float> s = Vector256.Create(scale);
            Vector256<float> z = Vector256.Create(zero);
            if (w.Bits == 8)
            {
                for (int i = 0; i < w.BlockSize; i += 16)
                {
                    Store16(Vector128.Load(codes + i), z, s, to + i);
                }

                continue;
            }

            for (int i = 0; i < w.BlockSize; i += 16)
            {
                Vector128<byte> pairs = Vector128.CreateScalarUnsafe(*(ulong*)(codes + (i / 2))).AsByte();
                Vector128<byte> low = pairs & Vector128.Create((byte)15);
                Vector128<byte> high = (pairs.AsUInt16() >> 4).AsByte() & Vector128.Create((byte)15);
                Store16(Zip.Low8(low, high), z, s, to + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store16(Vector128<byte> codes, Vector256<float> zero, Vector256<float> scale, float* to)
    {
        (Vector128<ushort> a, Vector128<ushort> b) = Vector128.Widen(codes);
        ((Vector256.ConvertToSingle(Vector256.WidenLower(a.ToVector256Unsafe()).AsInt32()) - zero) * scale).Store(to);
        ((Vector256.ConvertToSingle(Vector256.WidenLower(b.ToVector256Unsafe()).AsInt32()) - zero) * scale).Store(to + 8);
    }

    private struct Panels : IBlockAction
    {
        public float* X;
        public nint Ldx;
        public BlockQuantizedMatrix W;
        public float* Y;
        public nint Ldy;
        public nint M;
        public GemmEpilogue Epilogue;

        /// <summary>Whether a panel of weights becomes f32 at once, rather than a few rows.</summary>
        public bool Whole;

        public readonly void Invoke(int block)
        {
            nint n0 = (nint)block * TileLimits.PanelColumns;
            nint columns = nint.Min(TileLimits.PanelColumns, W.Columns - n0);
            nint stored = W.Blocks * W.BlockSize;
            GemmEpilogue e = Epilogue;
            e.Bias = e.Bias == null ? null : e.Bias + n0;
            e.Residual = e.Residual == null ? null : e.Residual + n0;
            int group = Whole ? (int)columns : 4;
            using var rows = new AlignedScratch<float>(group * stored);
            for (nint n = 0; n < columns; n += group)
            {
                nint count = nint.Min(group, columns - n);
                for (nint j = 0; j < count; j++)
                {
                    DequantizeRow(in W, n0 + n + j, rows.Pointer + (j * stored));
                }

                if (Whole)
                {
                    GemmF32.Run(X, Ldx, false, rows.Pointer, stored, true, Y + n0, Ldy, M, columns, W.Depth, 1f, in e, 1);
                    continue;
                }

                GemmEpilogue part = e;
                part.Bias = e.Bias == null ? null : e.Bias + n;
                part.Residual = e.Residual == null ? null : e.Residual + n;
                GemmF32Dots.Run(X, Ldx, rows.Pointer, stored, Y + n0 + n, Ldy, M, count, W.Depth, 1f, in part, 1);
            }
        }
    }
}
