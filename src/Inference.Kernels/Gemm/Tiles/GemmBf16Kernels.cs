namespace Inference.Kernels.Gemm.Tiles;

/// <summary>The bf16 GEMM inventory. Where its row is not supported, products are computed in f32.</summary>
internal static unsafe class GemmBf16Kernels
{
    /// <summary>The formula in plain C#, with which emitted tiles are compared; no product chooses it.</summary>
    internal static readonly GemmF32Kernel Reference = new("gemm_bf16_1x16_scalar", IsaTier.Scalar, true, 1, 1, 16, &GemmBf16TilesScalar.Table, pairs: true);

    private static readonly GemmF32Kernel s_emitted = new(
        "gemm_bf16_6x64_avx512bf16", IsaTier.Avx512Bf16, Bf16Tiles.IsAvailable, Bf16Tiles.MaxRows, Bf16Tiles.MaxVectors, 16, &Bf16Tiles.Table, pairs: true);

    internal static readonly GemmF32Kernel[] All = [s_emitted, Reference];

    /// <summary>The kernel of products in bf16; null if this process has none.</summary>
    internal static readonly GemmF32Kernel? Best = s_emitted.Supported ? s_emitted : null;

    internal static void Describe(List<KernelRow> to) =>
        KernelRow.Add(to, "gemm_bf16", s_emitted.Name, s_emitted.Tier, s_emitted.Supported, s_emitted.Supported ? s_emitted.Code : 0, chosen: false);
}
