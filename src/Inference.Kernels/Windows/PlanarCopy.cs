using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;
using Inference.Kernels.Threading;

namespace Inference.Kernels.Windows;

/// <summary>
/// Rows of a plane, copied into a <see cref="PlanarWindow"/>'s scratch between its pads, each phase of the stride by itself; rows outside of the plane are pads. Rows of a phase are at least a vector long.
/// </summary>
internal readonly unsafe struct PlanarCopy : IRowBody
{
    internal static readonly RowKernel Kernel = RowKernel.Of<PlanarCopy>("depthwise_f32_nchw_copy");

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly PlanarWindow window = ref *(PlanarWindow*)state;
        int stride = window.StrideWidth;
        var work = default(WorkCounter);
        for (int phase = 0; phase < stride; phase++)
        {
            (int column, int count, int place) = window.Columns(phase);
            float* from = window.X + (first * window.Width) + column;
            float* to = window.Scratch + ((nint)phase * window.PaddedHeight * window.PaddedWidth) + place;
            for (nint y = first; y < end; y++, from += window.Width, to += window.PaddedWidth)
            {
                work.Add(count / S.Lanes);
                if ((nuint)y >= (nuint)window.Height)
                {
                    new Span<float>(to, count).Clear();
                }
                else if (stride == 1)
                {
                    Whole<S, V>(from, to, count);
                }
                else if (stride == 2)
                {
                    EverySecond<S, V>(from, to, count);
                }
                else
                {
                    for (nint i = 0; i < count; i++)
                    {
                        to[i] = from[i * stride];
                    }
                }
            }
        }
    }

    // The last vector overlaps the one before it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Whole<S, V>(float* from, float* to, nint count)
        where S : struct, ISimd<V>
        where V : struct
    {
        for (nint i = 0; i < count; i += S.Lanes)
        {
            i = nint.Min(i, count - S.Lanes);
            S.Store(to + i, S.Load(from + i));
        }
    }

    // Vectors would read one element behind the last they pick, so the last one is loaded in part.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EverySecond<S, V>(float* from, float* to, nint count)
        where S : struct, ISimd<V>
        where V : struct
    {
        if (S.Lanes == 1)
        {
            for (nint i = 0; i < count; i++)
            {
                to[i] = from[2 * i];
            }

            return;
        }

        nint last = count - S.Lanes;
        for (nint i = 0; i < last; i += S.Lanes)
        {
            S.Store(to + i, S.Evens(S.Load(from + (2 * i)), S.Load(from + (2 * i) + S.Lanes)));
        }

        from += 2 * last;
        S.Store(to + last, S.Evens(S.Load(from), S.LoadPart(from + S.Lanes, S.Lanes - 1, 0f)));
    }
}
