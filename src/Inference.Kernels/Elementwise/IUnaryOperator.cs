using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>y = f(x; α, β), written once for every vector width.</summary>
internal interface IUnaryOperator
{
    /// <summary>The largest |x| that <see cref="Invoke"/> takes; ∞ for all.</summary>
    static virtual float Largest => float.PositiveInfinity;

    /// <summary>f(x) for |x| above <see cref="Largest"/>, one by one.</summary>
    static virtual float Beyond(float x) => x;

    static abstract V Invoke<S, V>(V x, V alpha, V beta)
        where S : struct, ISimd<V>
        where V : struct;
}
