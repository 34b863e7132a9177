using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.Wasm;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Gemm.Tiles;

/// <summary>The f32 GEMM inventory, best first.</summary>
internal static unsafe class GemmF32Kernels
{
    internal static readonly GemmF32Kernel[] All =
    [
        new("gemm_f32_6x64_avx512", IsaTier.Avx512, Avx512F.IsSupported, 6, 4, 16, &GemmF32Tiles.Avx512),
        new("gemm_f32_6x16_avx2", IsaTier.Avx2, Avx2.IsSupported && Fma.IsSupported, 6, 2, 8, &GemmF32Tiles.Avx2),
        new("gemm_f32_6x16_advsimd", IsaTier.AdvSimd, AdvSimd.IsSupported || PackedSimd.IsSupported, 6, 4, 4, &GemmF32Tiles.AdvSimd),
        new("gemm_f32_1x16_scalar", IsaTier.Scalar, true, 1, 1, 16, &GemmF32TilesScalar.Table),
    ];

    internal static readonly GemmF32Kernel Best = Array.Find(All, k => k.Supported)!;

    /// <summary>The number that <see cref="At"/> knows a kernel of this inventory or that of bf16 by.</summary>
    internal static int IndexOf(GemmF32Kernel kernel) =>
        kernel.Pairs ? All.Length + Array.IndexOf(GemmBf16Kernels.All, kernel) : Array.IndexOf(All, kernel);

    /// <summary>The kernel of a number.</summary>
    internal static GemmF32Kernel At(int index) => index < All.Length ? All[index] : GemmBf16Kernels.All[index - All.Length];

    internal static void Describe(List<KernelRow> to)
    {
        bool chosen = false;
        foreach (GemmF32Kernel k in All)
        {
            chosen = KernelRow.Add(to, "gemm_f32", k.Name, k.Tier, k.Supported, k.Code, chosen);
        }
    }
}
