using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Gemm;

/// <summary>The dot product inventory, best first.</summary>
internal static class DotF32Kernels
{
    internal static readonly DotF32Kernel[] All =
    [
        DotF32Kernel.Of<Simd512, Vector512<float>>(IsaTier.Avx512),
        DotF32Kernel.Of<Simd256, Vector256<float>>(IsaTier.Avx2),
        DotF32Kernel.Of<Simd128, Vector128<float>>(IsaTier.AdvSimd),
        DotF32Kernel.Of<Simd1, float>(IsaTier.Scalar),
    ];

    internal static readonly DotF32Kernel Best = Array.Find(All, k => k.Supported)!;

    internal static void Describe(List<KernelInfo> to)
    {
        foreach (DotF32Kernel k in All)
        {
            to.Add(new KernelInfo("dot_f32", k.Name, k.Tier, k.Supported, ReferenceEquals(k, Best)));
        }
    }
}
