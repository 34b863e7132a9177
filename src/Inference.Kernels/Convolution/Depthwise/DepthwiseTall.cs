using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;
using Inference.Kernels.Windows;

namespace Inference.Kernels.Convolution.Depthwise;

/// <summary>
/// A depthwise plane of vertical stride 1 and a kernel of three rows or more: an input row that is loaded serves four output rows, whose weights move on from one to the
/// next. Sums run over the columns of the kernel, then its rows.
/// </summary>
internal readonly unsafe struct DepthwiseTall : IRowBody
{
    // Units of WorkCounter of a vector that a tap takes.
    private const int TapWork = 2;

    /// <summary>Whether a window is of this case.</summary>
    public static bool Suits(in ConvolutionGeometry g) => g is { KernelHeight: >= 3, StrideHeight: 1, DilationHeight: 1 };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly PlanarWindow window = ref *(PlanarWindow*)state;
        nint width = window.OutWidth;
        int rows = window.Rows;
        if (rows < PlanarWindow.RowsTogether)
        {
            window.Sum<S, V>();
            return;
        }

        var work = default(WorkCounter);
        for (int oy = 0; oy < rows; oy += 4)
        {
            // The last rows overlap those before them, as the last vectors do.
            oy = Math.Min(oy, rows - 4);
            float* from = window.Scratch + ((nint)oy * window.PaddedWidth);
            float* to = window.Y + (oy * width);
            for (nint x = 0; x < width; x += 2 * S.Lanes)
            {
                work.Add(8L * window.Taps * TapWork);
                x = nint.Max(0, nint.Min(x, width - (2 * S.Lanes)));
                Two<S, V>(in window, from + x, nint.Min(S.Lanes, width - S.Lanes), to + x);
            }
        }
    }

    // Four rows of two vectors, the second so far behind the first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<S, V>(in PlanarWindow window, float* from, nint second, float* to)
        where S : struct, ISimd<V>
        where V : struct
    {
        V a0 = S.Splat(window.Start);
        V a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        nint step = window.PaddedWidth;
        int columns = window.KernelWidth;
        int height = window.Taps / columns;
        for (int kx = 0; kx < columns; kx++)
        {
            float* at = from + window.Offsets[kx];
            float* weight = window.Weights + kx;
            V w2 = S.Splat(*weight);
            V x = S.Load(at);
            V z = S.Load(at + second);
            a0 = S.Fma(x, w2, a0);
            b0 = S.Fma(z, w2, b0);
            at += step;
            weight += columns;
            V w1 = S.Splat(*weight);
            x = S.Load(at);
            z = S.Load(at + second);
            a0 = S.Fma(x, w1, a0);
            b0 = S.Fma(z, w1, b0);
            a1 = S.Fma(x, w2, a1);
            b1 = S.Fma(z, w2, b1);
            at += step;
            weight += columns;
            V w0 = S.Splat(*weight);
            x = S.Load(at);
            z = S.Load(at + second);
            a0 = S.Fma(x, w0, a0);
            b0 = S.Fma(z, w0, b0);
            a1 = S.Fma(x, w1, a1);
            b1 = S.Fma(z, w1, b1);
            a2 = S.Fma(x, w2, a2);
            b2 = S.Fma(z, w2, b2);
            for (int ky = 3; ky < height; ky++)
            {
                at += step;
                weight += columns;
                V w3 = w2;
                w2 = w1;
                w1 = w0;
                w0 = S.Splat(*weight);
                x = S.Load(at);
                z = S.Load(at + second);
                a0 = S.Fma(x, w0, a0);
                b0 = S.Fma(z, w0, b0);
                a1 = S.Fma(x, w1, a1);
                b1 = S.Fma(z, w1, b1);
                a2 = S.Fma(x, w2, a2);
                b2 = S.Fma(z, w2, b2);
                a3 = S.Fma(x, w3, a3);
                b3 = S.Fma(z, w3, b3);
            }

            at += step;
            x = S.Load(at);
            z = S.Load(at + second);
            a1 = S.Fma(x, w0, a1);
            b1 = S.Fma(z, w0, b1);
            a2 = S.Fma(x, w1, a2);
            b2 = S.Fma(z, w1, b2);
            a3 = S.Fma(x, w2, a3);
            b3 = S.Fma(z, w2, b3);
            at += step;
            x = S.Load(at);
            z = S.Load(at + second);
            a2 = S.Fma(x, w0, a2);
            b2 = S.Fma(z, w0, b2);
            a3 = S.Fma(x, w1, a3);
            b3 = S.Fma(z, w1, b3);
            at += step;
            a3 = S.Fma(S.Load(at), w0, a3);
            b3 = S.Fma(S.Load(at + second), w0, b3);
        }

        nint width = window.OutWidth;
        window.Store<S, V>(to, second, a0, b0);
        window.Store<S, V>(to + width, second, a1, b1);
        window.Store<S, V>(to + (2 * width), second, a2, b2);
        window.Store<S, V>(to + (3 * width), second, a3, b3);
    }
}
