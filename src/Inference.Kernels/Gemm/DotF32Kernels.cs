using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Gemm;

/// <summary>The dot product inventory, best first.</summary>
internal static unsafe class DotF32Kernels
{
    internal static readonly DotF32Kernel[] All =
    [
        DotF32Kernel.Of<Simd512, Vector512<float>>(IsaTier.Avx512),
        DotF32Kernel.Of<Simd256, Vector256<float>>(IsaTier.Avx2),
        DotF32Kernel.Of<Simd128, Vector128<float>>(IsaTier.AdvSimd),
        DotF32Kernel.Of<Simd1, float>(IsaTier.Scalar),
    ];

    internal static readonly DotF32Kernel Best = Array.Find(All, k => k.Supported)!;

    internal static void Describe(List<KernelRow> to)
    {
        bool chosen = false;
        foreach (DotF32Kernel k in All)
        {
            chosen = KernelRow.Add(to, "dot_f32", k.Name, k.Tier, k.Supported, (nint)k.One, chosen);
        }
    }
}
