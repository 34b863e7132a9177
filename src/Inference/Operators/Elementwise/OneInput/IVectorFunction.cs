using System.Numerics;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>y = f(x) on numbers of one type, one by one and by vectors alike.</summary>
internal interface IVectorFunction<C>
    where C : unmanaged
{
    /// <summary>Whether there is a form for vectors.</summary>
    static abstract bool HasVector { get; }

    C Apply(C x);

    /// <summary>The same lane by lane, where there is such a form.</summary>
    Vector<C> Apply(Vector<C> x);
}
