using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Inference.Kernels.Simd;

/// <summary>4×4 transpose of 32-bit elements in registers.</summary>
internal static class Transpose4x4
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ref Vector128<float> x0, ref Vector128<float> x1, ref Vector128<float> x2, ref Vector128<float> x3)
    {
        Vector128<float> lowA = ZipLow(x0, x1);
        Vector128<float> highA = ZipHigh(x0, x1);
        Vector128<float> lowB = ZipLow(x2, x3);
        Vector128<float> highB = ZipHigh(x2, x3);
        x0 = Vector128.Create(lowA.GetLower(), lowB.GetLower());
        x1 = Vector128.Create(lowA.GetUpper(), lowB.GetUpper());
        x2 = Vector128.Create(highA.GetLower(), highB.GetLower());
        x3 = Vector128.Create(highA.GetUpper(), highB.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLow(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return Sse.UnpackLow(a, b);
        }

        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipHigh(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return Sse.UnpackHigh(a, b);
        }

        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
    }
}
