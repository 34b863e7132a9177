using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The lanes that a reduced vector form does not take, one by one.</summary>
internal static unsafe class LargeArguments
{
    /// <summary>y, the vector form's values for x, but for the lanes with |x| above <see cref="SimdTrigonometry.Largest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Complete<TOperator, S, V>(V x, V y)
        where TOperator : struct, IReducedOperator
        where S : struct, ISimd<V>
        where V : struct => S.Any(S.LessThan(S.Splat(SimdTrigonometry.Largest), S.Abs(x))) ? Beyond<TOperator, S, V>(x, y) : y;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static V Beyond<TOperator, S, V>(V x, V y)
        where TOperator : struct, IReducedOperator
        where S : struct, ISimd<V>
        where V : struct
    {
        KernelAssert.AtMost(S.Lanes, TileLimits.Lanes);
        float* from = stackalloc float[TileLimits.Lanes];
        float* to = stackalloc float[TileLimits.Lanes];
        S.Store(from, x);
        S.Store(to, y);
        for (int i = 0; i < S.Lanes; i++)
        {
            to[i] = MathF.Abs(from[i]) > SimdTrigonometry.Largest ? TOperator.Whole(from[i]) : to[i];
        }

        return S.Load(to);
    }
}
