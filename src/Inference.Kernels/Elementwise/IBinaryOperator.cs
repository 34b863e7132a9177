using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>y = f(a, b), written once for every vector width.</summary>
internal interface IBinaryOperator
{
    static abstract V Invoke<S, V>(V a, V b)
        where S : struct, ISimd<V>
        where V : struct;
}
