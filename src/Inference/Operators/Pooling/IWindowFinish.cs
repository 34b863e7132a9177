using System.Numerics;

namespace Inference.Operators.Pooling;

/// <summary>What is made of the fold of a window.</summary>
internal unsafe interface IWindowFinish
{
    /// <summary>Whether the elements of windows are counted.</summary>
    static abstract bool Counts { get; }

    /// <param name="sum">Folds of neighbouring windows.</param>
    /// <param name="columns">For the first of them, how many columns count; null where nothing is counted.</param>
    /// <param name="rows">How many rows count.</param>
    static abstract Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
        where C : unmanaged, INumber<C>;
}
