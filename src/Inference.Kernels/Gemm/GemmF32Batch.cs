using Inference.Kernels.Threading;

namespace Inference.Kernels.Gemm;

/// <summary>One product of a batch for each block; see <see cref="GemmF32.RunBatched"/>.</summary>
internal readonly unsafe struct GemmF32Batch(
    float* a, nint lda, nint strideA, bool transA, float* b, nint ldb, nint strideB, bool transB,
    float* c, nint ldc, nint strideC, nint m, nint n, nint k, float alpha, GemmEpilogue epilogue, int threads) : IBlockAction
{
    public void Invoke(int block) => GemmF32.Run(
        a + (block * strideA), lda, transA, b + (block * strideB), ldb, transB, c + (block * strideC), ldc,
        m, n, k, alpha, in epilogue, threads);
}
