using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm.Tiles;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>
/// f32 matrix product <c>C[M,N] = epilogue(A[M,K] × B[K,N])</c>, all row-major; see <see cref="GemmEpilogue"/>. Each element
/// is a sum of fused multiply-adds over ascending K, cut into at most ceil(K/640) + 4 partial sums, so its error is at most
/// that of the naive sum. A B packed in bf16 is multiplied by A rounded to bf16: see <see cref="GemmBf16"/>. Thread-safe; C must not overlap A or B. Pointers are borrowed for the call.
/// </summary>
internal static unsafe class GemmF32
{
    /// <summary>C = epilogue(A × B) for a prepacked B.</summary>
    /// <param name="a">A[M,K].</param>
    /// <param name="lda">Elements between rows of A.</param>
    /// <param name="b">Packed B[K,N].</param>
    /// <param name="c">C[M,N].</param>
    /// <param name="ldc">Elements between rows of C.</param>
    /// <param name="m">Rows of A, 0 or more.</param>
    /// <param name="epilogue">What to do with the product.</param>
    /// <param name="maxThreads">The most threads to use; small products use one.</param>
    public static void Run(float* a, nint lda, PackedMatrix b, float* c, nint ldc, nint m, in GemmEpilogue epilogue, int maxThreads = 1)
    {
        KernelAssert.Matrix(a, m, b.Rows, lda);
        Check(c, ldc, m, b.Columns, in epilogue);
        if (m > 0 && b.Columns > 0)
        {
            if (b.ByColumn)
            {
                GemmF32Dots.Run(a, lda, b.Data, b.Rows, c, ldc, m, b.Columns, b.Rows, 1f, in epilogue, maxThreads);
            }
            else if (b.Kernel.Pairs)
            {
                GemmBf16.Run(a, lda, b, c, ldc, m, in epilogue, maxThreads);
            }
            else
            {
                RunPanels(a, lda, b, c, ldc, m, in epilogue, maxThreads);
            }
        }

        GC.KeepAlive(b);
    }

    /// <summary>The product with packed panels, for an A of their elements.</summary>
    internal static void RunPanels(float* a, nint lda, PackedMatrix b, float* c, nint ldc, nint m, in GemmEpilogue epilogue, int maxThreads)
    {
        if (m <= b.Kernel.MaxRows && b.Depth <= b.Kernel.MaxDepth && m * b.Columns * b.Depth < (maxThreads <= 1 ? GemmF32Driver.WatchedWork : GemmF32Driver.ParallelWork))
        {
            GemmF32Driver.RunFewRows(a, lda, b, c, ldc, (int)m, in epilogue);
            return;
        }

        GemmF32Job job = default;
        job.A = a;
        job.Lda = lda;
        job.B = b.Data;
        job.C = c;
        job.Ldc = ldc;
        job.M = m;
        job.N = b.Columns;
        job.K = b.Depth;
        job.Epilogue = epilogue;
        GemmF32Driver.Run(ref job, b.Kernel, maxThreads);
    }

    /// <summary>C = epilogue(A × B) for a prepacked B and contiguous A and C.</summary>
    /// <param name="a">A[M,K].</param>
    /// <param name="b">Packed B[K,N].</param>
    /// <param name="c">C[M,N].</param>
    /// <param name="m">Rows of A, 0 or more.</param>
    /// <param name="epilogue">What to do with the product.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    public static void Run(ReadOnlySpan<float> a, PackedMatrix b, Span<float> c, int m, in GemmEpilogue epilogue, int maxThreads = 1)
    {
        ArgumentNullException.ThrowIfNull(b);
        CheckLength(a.Length, m, b.Rows, nameof(a));
        CheckLength(c.Length, m, b.Columns, nameof(c));
        fixed (float* pa = a, pc = c)
        {
            Run(pa, b.Rows, b, pc, b.Columns, m, in epilogue, maxThreads);
        }
    }

    /// <summary>C = epilogue(α · op(A) × op(B)) for a B that is not prepacked.</summary>
    /// <param name="a">A[M,K], or [K,M] if <paramref name="transA"/>.</param>
    /// <param name="lda">Elements between rows of <paramref name="a"/> as stored.</param>
    /// <param name="transA">Whether A is stored transposed.</param>
    /// <param name="b">B[K,N], or [N,K] if <paramref name="transB"/>.</param>
    /// <param name="ldb">Elements between rows of <paramref name="b"/> as stored.</param>
    /// <param name="transB">Whether B is stored transposed.</param>
    /// <param name="c">C[M,N].</param>
    /// <param name="ldc">Elements between rows of C.</param>
    /// <param name="m">M, 0 or more.</param>
    /// <param name="n">N, 0 or more.</param>
    /// <param name="k">K, 0 or more.</param>
    /// <param name="alpha">α.</param>
    /// <param name="epilogue">What to do with the product.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void Run(
        float* a, nint lda, bool transA, float* b, nint ldb, bool transB, float* c, nint ldc, nint m, nint n, nint k, float alpha,
        in GemmEpilogue epilogue, int maxThreads = 1)
    {
        KernelAssert.Matrix(a, transA ? k : m, transA ? m : k, lda);
        KernelAssert.Matrix(b, transB ? n : k, transB ? k : n, ldb);
        Check(c, ldc, m, n, in epilogue);
        if (m > 0 && n > 0)
        {
            GemmF32Unpacked.Run(
                GemmF32Kernels.Best, a, lda, transA, b, ldb, transB, c, ldc, m, n, k, alpha, in epilogue, maxThreads);
        }
    }

    /// <summary>
    /// For i &lt; <paramref name="batch"/>: C_i = epilogue(α · op(A_i) × op(B_i)), with X_i = x + i · stride; a stride of 0 shares one matrix.
    /// The epilogue's bias is shared; its residual and row bias must be null.
    /// </summary>
    /// <param name="batch">Number of products, 0 or more.</param>
    /// <param name="a">A_0.</param>
    /// <param name="lda">Elements between rows of A as stored.</param>
    /// <param name="strideA">Elements between A_i and A_i+1.</param>
    /// <param name="transA">Whether each A is stored transposed.</param>
    /// <param name="b">B_0.</param>
    /// <param name="ldb">Elements between rows of B as stored.</param>
    /// <param name="strideB">Elements between B_i and B_i+1.</param>
    /// <param name="transB">Whether each B is stored transposed.</param>
    /// <param name="c">C_0.</param>
    /// <param name="ldc">Elements between rows of C.</param>
    /// <param name="strideC">Elements between C_i and C_i+1; rows of one C may lie between those of others.</param>
    /// <param name="m">M, 0 or more.</param>
    /// <param name="n">N, 0 or more.</param>
    /// <param name="k">K, 0 or more.</param>
    /// <param name="alpha">α.</param>
    /// <param name="epilogue">What to do with each product.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    public static void RunBatched(
        int batch, float* a, nint lda, nint strideA, bool transA, float* b, nint ldb, nint strideB, bool transB,
        float* c, nint ldc, nint strideC, nint m, nint n, nint k, float alpha, in GemmEpilogue epilogue, int maxThreads = 1)
    {
        KernelAssert.NotNegative(batch);
        Debug.Assert(batch <= 1 || strideC >= ((m - 1) * ldc) + n || (strideC >= n && ldc >= ((batch - 1) * strideC) + n) || m == 0, "products that do not overlap");
        Debug.Assert(epilogue.Residual == null && epilogue.RowBias == null, "no residual and row bias in a batch");
        var action = new GemmF32Batch(
            a, lda, strideA, transA, b, ldb, strideB, transB, c, ldc, strideC, m, n, k, alpha, epilogue,
            batch >= maxThreads ? 1 : maxThreads);
        bool parallel = maxThreads > 1 && batch > 1 && (long)batch * m * n * k >= GemmF32Driver.ParallelWork;
        WorkerPool.Run(batch, ref action, parallel && batch >= maxThreads ? maxThreads : 1);
    }

    [Conditional("DEBUG")]
    private static void Check(float* c, nint ldc, nint m, nint n, in GemmEpilogue epilogue)
    {
        KernelAssert.Matrix(c, m, n, ldc);
        Debug.Assert(epilogue.Residual == null || epilogue.ResidualStride >= n || m <= 1, "rows of the residual that do not overlap");
    }

    private static void CheckLength(int length, nint rows, nint columns, string name)
    {
        if (length < rows * columns)
        {
            ThrowLength(length, rows, columns, name);
        }
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowLength(int length, nint rows, nint columns, string name) => throw new ArgumentException(
        $"Matrix [{rows},{columns}]: expected {rows * columns} elements, got {length}. Pass the whole matrix.", name);
}
