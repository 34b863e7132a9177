using System.Numerics;
using Inference.Kernels.Gemm;

namespace Inference.Operators.MatrixProduct;

/// <summary>C = α·A·op(B) with row strides: f32 by the kernel, other types by loops.</summary>
internal static unsafe class StridedProduct
{
    public static void Run<C>(C* a, long lda, C* b, long ldb, bool transB, C* c, long ldc, long m, long n, long k, C alpha, int threads = 1)
        where C : unmanaged, INumber<C>
    {
        if (typeof(C) == typeof(float))
        {
            GemmEpilogue none = default;
            GemmF32.Run((float*)a, (nint)lda, false, (float*)b, (nint)ldb, transB, (float*)c, (nint)ldc, (nint)m, (nint)n, (nint)k, float.CreateTruncating(alpha), in none, threads);
            return;
        }

        for (long i = 0; i < m; i++)
        {
            new Span<C>(c + (i * ldc), checked((int)n)).Clear();
        }

        GenericProduct.Run(a, lda, false, b, ldb, transB, c, ldc, m, n, k, alpha, threads);
    }
}
