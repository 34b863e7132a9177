using System.Runtime.Intrinsics;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Windows;

/// <summary>The body of a <see cref="ChannelWindow"/>: channels of one row of pixels, by vectors, and the remaining channels by narrower vectors.</summary>
internal readonly unsafe struct ChannelFold<TFold> : IRowBody
    where TFold : struct, IWindowFold
{
    public static void Run<S, V>(void* state, nint first, nint end)
        where S : struct, ISimd<V>
        where V : struct
    {
        ref readonly ChannelWindow window = ref *(ChannelWindow*)state;
        nint c = window.Whole<TFold, S, V>(first, end);
        if (S.Lanes > 8)
        {
            c = window.Whole<TFold, Simd256, Vector256<float>>(c, end);
        }

        if (S.Lanes > 4)
        {
            c = window.Whole<TFold, Simd128, Vector128<float>>(c, end);
        }

        if (S.Lanes > 1)
        {
            window.Whole<TFold, Simd1, float>(c, end);
        }
    }
}
