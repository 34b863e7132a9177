using System.Numerics;

namespace Inference.Operators.Elementwise;

/// <summary>A function of one number of any numeric type.</summary>
internal interface INumericFunction<TSelf>
    where TSelf : struct, INumericFunction<TSelf>
{
    C Apply<C>(C x)
        where C : unmanaged, INumber<C>;

    /// <summary>Computes a whole span at once where there is a faster form; false where there is none. The spans may be the same memory.</summary>
    static virtual bool TrySpan(in TSelf function, ReadOnlySpan<float> x, Span<float> y) => false;
}
