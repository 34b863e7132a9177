using System.Numerics;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>A function of one number of any numeric type and two parameters.</summary>
internal interface INumericFunction
{
    static abstract C Apply<C>(C x, float alpha, float beta)
        where C : unmanaged, INumber<C>;

    /// <summary>The same over f32 arrays where that is faster than one by one; null where there is no such form.</summary>
    static abstract UnaryFunction? Single { get; }

    /// <summary>Whether <see cref="Vector"/> gives what <see cref="Apply"/> gives, lane by lane, for this type.</summary>
    static abstract bool HasVector<C>();

    static abstract Vector<C> Vector<C>(Vector<C> x)
        where C : unmanaged, INumber<C>;
}
