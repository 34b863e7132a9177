using System.Numerics;

namespace Inference.Operators.Pooling;

/// <summary>One of the two passes over windows: how an element is folded in, and what is made of the fold.</summary>
internal unsafe interface IWindowPass
{
    /// <summary>The fold of the first element.</summary>
    static abstract Vector<C> First<C>(Vector<C> x)
        where C : unmanaged, INumber<C>;

    static abstract Vector<C> Fold<C>(Vector<C> sum, Vector<C> x)
        where C : unmanaged, INumber<C>;

    /// <param name="sum">Folds of neighbouring windows.</param>
    /// <param name="columns">For the first of them, how many columns count.</param>
    /// <param name="rows">How many rows count.</param>
    static abstract Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
        where C : unmanaged, INumber<C>;
}
