using Inference.Kernels.Simd;

namespace Inference.Kernels.Windows;

/// <summary>How one more value of a window is folded into its result.</summary>
internal interface IWindowFold
{
    /// <summary>Whether weights are read.</summary>
    static abstract bool Weighs { get; }

    static abstract V Fold<S, V>(V sum, V x, V weight)
        where S : struct, ISimd<V>
        where V : struct;
}
