using System.Numerics;

namespace Inference.Operators.Reduction;

/// <summary>Which of two elements is the better one.</summary>
internal interface IArgOrder
{
    static abstract bool Better<C>(C a, C b)
        where C : unmanaged, INumber<C>;

    static abstract Vector<C> Better<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>;
}
