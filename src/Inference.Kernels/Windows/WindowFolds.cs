using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Windows;

/// <summary>The folds: one line each.</summary>
internal static class WindowFolds
{
    /// <summary>sum + x · weight, one rounding.</summary>
    internal readonly struct Weighted : IWindowFold
    {
        public static bool Weighs => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Fold<S, V>(V sum, V x, V weight)
            where S : struct, ISimd<V>
            where V : struct => S.Fma(x, weight, sum);
    }

    /// <summary>sum + x.</summary>
    internal readonly struct Sum : IWindowFold
    {
        public static bool Weighs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Fold<S, V>(V sum, V x, V weight)
            where S : struct, ISimd<V>
            where V : struct => S.Add(sum, x);
    }

    /// <summary>max(sum, x).</summary>
    internal readonly struct Max : IWindowFold
    {
        public static bool Weighs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Fold<S, V>(V sum, V x, V weight)
            where S : struct, ISimd<V>
            where V : struct => S.Max(sum, x);
    }
}
