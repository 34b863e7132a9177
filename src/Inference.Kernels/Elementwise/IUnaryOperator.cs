using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>y = f(x; α, β), written once for every vector width.</summary>
internal interface IUnaryOperator
{
    static abstract V Invoke<S, V>(V x, V alpha, V beta)
        where S : struct, ISimd<V>
        where V : struct;
}
