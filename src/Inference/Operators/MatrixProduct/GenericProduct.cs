using System.Numerics;
using System.Runtime.Intrinsics;
using Inference.Kernels.Gemm;
using Inference.Kernels.Threading;

namespace Inference.Operators.MatrixProduct;

/// <summary>C[M,N] += α·op(A)·op(B) for element types without a kernel of their own.</summary>
internal static unsafe class GenericProduct
{
    /// <summary>Dense operands.</summary>
    public static void Run<C>(C* a, bool transA, C* b, bool transB, C* c, long m, long n, long k, C alpha, int threads)
        where C : unmanaged, INumber<C> =>
        Run(a, transA ? m : k, transA, b, transB ? k : n, transB, c, n, m, n, k, alpha, threads);

    /// <summary>Operands with strides of rows, elements.</summary>
    public static void Run<C>(C* a, long lda, bool transA, C* b, long ldb, bool transB, C* c, long ldc, long m, long n, long k, C alpha, int threads)
        where C : unmanaged, INumber<C>
    {
        if (m == 0 || n == 0 || k == 0)
        {
            return;
        }

        if (Vector512.IsHardwareAccelerated)
        {
            Run<C, Wide64<C>, Vector512<C>>(a, lda, transA, b, ldb, transB, c, ldc, m, n, k, alpha, threads);
        }
        else
        {
            Run<C, Wide32<C>, Vector256<C>>(a, lda, transA, b, ldb, transB, c, ldc, m, n, k, alpha, threads);
        }
    }

    private static void Run<C, W, V>(C* a, long lda, bool transA, C* b, long ldb, bool transB, C* c, long ldc, long m, long n, long k, C alpha, int threads)
        where C : unmanaged, INumber<C>
        where W : struct, IWideVector<C, V>
        where V : struct
    {
        var panels = new ProductPanels<C, W, V>
        {
            A = a, B = b, To = c, RowOfA = transA ? 1 : lda, ColumnOfA = transA ? lda : 1, RowOfB = transB ? 1 : ldb, ColumnOfB = transB ? ldb : 1, RowOfC = ldc, M = m, N = n, K = k, Alpha = alpha,
        };
        WorkerPool.Run(panels.Panels, ref panels, m * n * k < GemmF32Driver.ParallelWork ? 1 : threads);
    }
}
