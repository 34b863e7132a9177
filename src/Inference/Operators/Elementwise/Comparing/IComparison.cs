using System.Numerics;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>A relation of two numbers.</summary>
internal interface IComparison
{
    static abstract bool Apply<C>(C a, C b)
        where C : unmanaged, INumber<C>;

    /// <summary>All bits set in lanes where the relation holds.</summary>
    static abstract Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>;
}
