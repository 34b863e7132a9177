using Inference.Kernels.Simd;

namespace Inference.Kernels.Convolution;

/// <summary>One step over the elements of a window.</summary>
internal interface IWindowFold
{
    static abstract V Fold<S, V>(V sum, V x, V weight)
        where S : struct, ISimd<V>
        where V : struct;
}
