using System.Numerics;

namespace Inference.Operators.Elementwise;

/// <summary>A function of one floating-point number; its fields are the node's attributes.</summary>
internal interface IFloatFunction<TSelf>
    where TSelf : struct, IFloatFunction<TSelf>
{
    C Apply<C>(C x)
        where C : unmanaged, IFloatingPointIeee754<C>;

    /// <summary>Computes a whole span at once where there is a faster form; false where there is none. The spans may be the same memory.</summary>
    static virtual bool TrySpan(in TSelf function, ReadOnlySpan<float> x, Span<float> y) => false;
}
