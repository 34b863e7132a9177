using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Convolution;

/// <summary>Chooses the vector width of <see cref="PlanarWindow.Run"/>: the widest that the machine has and a row fills.</summary>
internal static unsafe class PlanarWindowKernels
{
    public static void Run<TFold>(
        in PlanarWindow window, float* scratch, nint* offsets, float* weights, float start, float low, float high, float* y,
        IsaTier limit = IsaTier.Avx512)
        where TFold : struct, IWindowFold
    {
        if (Simd512.IsSupported && limit >= IsaTier.Avx512 && window.OutWidth >= 16)
        {
            window.Run<TFold, Simd512, Vector512<float>>(scratch, offsets, weights, start, low, high, y);
        }
        else if (Simd256.IsSupported && limit >= IsaTier.Avx2 && window.OutWidth >= 8)
        {
            window.Run<TFold, Simd256, Vector256<float>>(scratch, offsets, weights, start, low, high, y);
        }
        else if (Simd128.IsSupported && limit >= IsaTier.AdvSimd && window.OutWidth >= 4)
        {
            window.Run<TFold, Simd128, Vector128<float>>(scratch, offsets, weights, start, low, high, y);
        }
        else
        {
            window.Run<TFold, Simd1, float>(scratch, offsets, weights, start, low, high, y);
        }
    }

    internal static void Describe(List<KernelInfo> to)
    {
        foreach (string family in (string[])["depthwise_f32_nchw", "pool_f32_nchw"])
        {
            SimdNames.Describe(to, family);
        }
    }
}
