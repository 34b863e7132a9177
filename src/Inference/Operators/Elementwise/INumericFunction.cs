using System.Numerics;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise;

/// <summary>A function of one number of any numeric type.</summary>
internal interface INumericFunction<TSelf>
    where TSelf : struct, INumericFunction<TSelf>
{
    C Apply<C>(C x)
        where C : unmanaged, INumber<C>;

    /// <summary>The same over f32 arrays where that is faster than one by one; null where there is no such form.</summary>
    static virtual UnaryFunction? Single => null;

    /// <summary>The function with these parameters.</summary>
    static virtual TSelf Of(float alpha, float beta) => default;
}
