using System.Numerics;

namespace Inference.Operators.Reduction;

/// <summary>Which of two elements is the better one. None is better than a NaN, and a NaN is better than none.</summary>
internal interface IArgOrder
{
    static abstract bool Better<C>(C a, C b)
        where C : unmanaged, INumber<C>;

    static abstract Vector<C> Better<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>;
}
