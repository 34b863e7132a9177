using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Convolution;

/// <summary>
/// The 3×3, stride 1 case of a depthwise plane: four output rows share the loads of six input rows, half of what the general
/// window loop loads. Sums run in the same order, so results are equal bit for bit.
/// </summary>
internal static unsafe class Depthwise3x3
{
    /// <summary>Runs this case where it applies, and the general loop elsewhere.</summary>
    public static void RunOrGeneral(
        in ConvolutionGeometry g, in PlanarWindow window, float* scratch, nint* offsets, float* weights, float start, float low,
        float high, float* y, IsaTier limit)
    {
        bool applies = g is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 };
        if (applies && Simd512.IsSupported && limit >= IsaTier.Avx512 && window.OutWidth >= 16)
        {
            Run<Simd512, Vector512<float>>(in window, scratch, offsets, weights, start, low, high, y);
        }
        else if (applies && Simd256.IsSupported && limit >= IsaTier.Avx2 && window.OutWidth >= 8)
        {
            Run<Simd256, Vector256<float>>(in window, scratch, offsets, weights, start, low, high, y);
        }
        else if (applies && Simd128.IsSupported && limit >= IsaTier.AdvSimd && window.OutWidth >= 4)
        {
            Run<Simd128, Vector128<float>>(in window, scratch, offsets, weights, start, low, high, y);
        }
        else
        {
            PlanarWindowKernels.Run<WindowFolds.Weighted>(in window, scratch, offsets, weights, start, low, high, y, limit);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<S, V>(
        in PlanarWindow window, float* scratch, nint* offsets, float* w, float start, float low, float high, float* y)
        where S : struct, ISimd<V>
        where V : struct
    {
        nint step = window.PaddedWidth;
        nint width = window.OutWidth;
        int rows = window.OutHeight & ~3;
        V w0 = S.Splat(w[0]);
        V w1 = S.Splat(w[1]);
        V w2 = S.Splat(w[2]);
        V w3 = S.Splat(w[3]);
        V w4 = S.Splat(w[4]);
        V w5 = S.Splat(w[5]);
        V w6 = S.Splat(w[6]);
        V w7 = S.Splat(w[7]);
        V w8 = S.Splat(w[8]);
        V lowest = S.Splat(low);
        V highest = S.Splat(high);
        for (int oy = 0; oy < rows; oy += 4)
        {
            for (nint x = 0; x < width; x += S.Lanes)
            {
                // The last vector overlaps the one before it.
                x = nint.Min(x, width - S.Lanes);
                float* at = scratch + (oy * step) + x;
                V a0 = Row<S, V>(at, w0, w1, w2, S.Splat(start));
                at += step;
                a0 = Row<S, V>(at, w3, w4, w5, a0);
                V a1 = Row<S, V>(at, w0, w1, w2, S.Splat(start));
                at += step;
                a0 = Row<S, V>(at, w6, w7, w8, a0);
                a1 = Row<S, V>(at, w3, w4, w5, a1);
                V a2 = Row<S, V>(at, w0, w1, w2, S.Splat(start));
                at += step;
                a1 = Row<S, V>(at, w6, w7, w8, a1);
                a2 = Row<S, V>(at, w3, w4, w5, a2);
                V a3 = Row<S, V>(at, w0, w1, w2, S.Splat(start));
                at += step;
                a2 = Row<S, V>(at, w6, w7, w8, a2);
                a3 = Row<S, V>(at, w3, w4, w5, a3);
                at += step;
                a3 = Row<S, V>(at, w6, w7, w8, a3);
                float* to = y + (oy * width) + x;
                S.Store(to, S.Min(highest, S.Max(lowest, a0)));
                S.Store(to + width, S.Min(highest, S.Max(lowest, a1)));
                S.Store(to + (2 * width), S.Min(highest, S.Max(lowest, a2)));
                S.Store(to + (3 * width), S.Min(highest, S.Max(lowest, a3)));
            }
        }

        window.Run<WindowFolds.Weighted, S, V>(scratch, offsets, w, start, low, high, y, rows);
    }

    // The compiler merges equal loads of neighbouring calls.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Row<S, V>(float* x, V a, V b, V c, V sum)
        where S : struct, ISimd<V>
        where V : struct => S.Fma(S.Load(x + 2), c, S.Fma(S.Load(x + 1), b, S.Fma(S.Load(x), a, sum)));
}
