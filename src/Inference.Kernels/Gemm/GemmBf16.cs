using Inference.Kernels.Memory;

namespace Inference.Kernels.Gemm;

/// <summary>
/// <c>C[M,N] = epilogue(bf16(A)[M,K] × B[K,N])</c> for a B packed in bf16, with sums in f32. With operands rounded to bf16 (to nearest, halves to even; denormals are zero), whose products
/// are exact in f32, each element is within 2·(K + 8) · 2⁻²⁴ · (Σ|a·b| + what is added) + K · 2⁻¹²⁶ of the exact sum. NaN and infinities are those of f32 sums of the rounded operands.
/// </summary>
internal static unsafe class GemmBf16
{
    // Rows that are rounded at a time at least: B is read again for each block of so many anyway.
    private const int LeastRows = TileLimits.F32RowBlock;

    // 4 MB of pairs.
    private const int PartPairs = 1 << 20;

    public static void Run(float* a, nint lda, PackedMatrix b, float* c, nint ldc, nint m, in GemmEpilogue epilogue, int maxThreads)
    {
        nint pairs = b.Depth;
        nint part = nint.Min(m, nint.Max(LeastRows, PartPairs / nint.Max(pairs, 1) / b.Kernel.MaxRows * b.Kernel.MaxRows));
        using var rounded = new AlignedScratch<float>(part * pairs);
        GemmEpilogue e = epilogue;
        for (nint i = 0; i < m; i += part)
        {
            nint rows = nint.Min(part, m - i);
            Bf16Pairs.FromRows(a + (i * lda), lda, rows, b.Rows, rounded.Pointer, b.Kernel.Tier == IsaTier.Avx512Bf16, maxThreads);
            GemmF32.RunPanels(rounded.Pointer, pairs, b, c + (i * ldc), ldc, rows, in e, maxThreads);
            e.Residual += e.Residual == null ? 0 : rows * e.ResidualStride;
            e.RowBias += e.RowBias == null ? 0 : rows;
        }
    }
}
