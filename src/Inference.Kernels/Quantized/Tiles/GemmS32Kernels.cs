using System.Runtime.Intrinsics.X86;
using Inference.Kernels.Emit;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Quantized.Tiles;

/// <summary>The integer GEMM inventory, best first.</summary>
internal static unsafe class GemmS32Kernels
{
    internal static readonly GemmS32Kernel[] All = Create();

    internal static readonly GemmS32Kernel Best = Array.Find(All, k => k.Supported)!;

    internal static void Describe(List<KernelRow> to)
    {
        bool chosen = false;
        foreach (GemmS32Kernel k in All)
        {
            chosen = KernelRow.Add(to, "gemm_u8s8", k.Name, k.Tier, k.Supported, k.Code, chosen);
        }
    }

    private static GemmS32Kernel[] Create()
    {
        nint[]? vnni = VnniTiles.TryCreate();
        return
        [
            new("gemm_u8s8_12x32_avx512vnni", IsaTier.Avx512Vnni, vnni is not null, VnniTiles.WideRows, VnniTiles.MaxVectors, 16, 4, null, vnni),
            new("gemm_u8s8_6x64_avx512", IsaTier.Avx512, Avx512BW.IsSupported, 6, 4, 16, 2, &GemmS32Tiles.Avx512, null),
            new("gemm_u8s8_4x16_avx2", IsaTier.Avx2, Avx2.IsSupported, 4, 2, 8, 2, &GemmS32Tiles.Avx2, null),
            new("gemm_u8s8_6x16_vector128", IsaTier.AdvSimd, Pairs128.IsSupported, 6, 4, 4, 2, &GemmS32Tiles.Vector128, null),
            new("gemm_u8s8_1x16_scalar", IsaTier.Scalar, true, 1, 1, 16, 4, &GemmS32TilesScalar.Table, null),
        ];
    }
}
