using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Depthwise;

/// <summary>
/// The 3×3, stride 1 case of a depthwise plane: four output rows share the loads of six input rows, half of what the general
/// window loop loads. Sums run in the same order, so results are equal bit for bit.
/// </summary>
internal readonly unsafe struct Depthwise3x3 : IRowBody
{
    /// <summary>Whether a window is of this case.</summary>
    public static bool Suits(in ConvolutionGeometry g) =>
        g is { KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1 };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly PlanarWindow window = ref *(PlanarWindow*)state;
        float* scratch = window.Scratch;
        float* w = window.Weights;
        float* y = window.Y;
        float start = window.Start;
        nint step = window.PaddedWidth;
        nint width = window.OutWidth;
        int rows = window.Rows;
        if (rows < PlanarWindow.RowsTogether)
        {
            window.Sum<S, V>();
            return;
        }

        V w0 = S.Splat(w[0]);
        V w1 = S.Splat(w[1]);
        V w2 = S.Splat(w[2]);
        V w3 = S.Splat(w[3]);
        V w4 = S.Splat(w[4]);
        V w5 = S.Splat(w[5]);
        V w6 = S.Splat(w[6]);
        V w7 = S.Splat(w[7]);
        V w8 = S.Splat(w[8]);
        V lowest = S.Splat(window.Low);
        V highest = S.Splat(window.High);
        for (int oy = 0; oy < rows; oy += 4)
        {
            // The last rows overlap those before them, as the last vector does.
            oy = Math.Min(oy, rows - 4);
            for (nint x = 0; x < width; x += S.Lanes)
            {
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
    }

    // The compiler merges equal loads of neighbouring calls.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Row<S, V>(float* x, V a, V b, V c, V sum)
        where S : struct, ISimd<V>
        where V : struct => S.Fma(S.Load(x + 2), c, S.Fma(S.Load(x + 1), b, S.Fma(S.Load(x), a, sum)));
}
