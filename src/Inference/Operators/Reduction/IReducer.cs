using System.Numerics;
using System.Runtime.Intrinsics;

namespace Inference.Operators.Reduction;

/// <summary>A fold over numbers: start, step per element, how two folds become one, and what is made of the result. Forms over vectors compute in each lane what the scalar form computes.</summary>
internal unsafe interface IReducer
{
    /// <summary>The fold of nothing; as an element it changes no fold.</summary>
    static abstract C Start<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    static abstract C Step<C>(C accumulator, C x)
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    static abstract Vector<C> Step<C>(Vector<C> accumulator, Vector<C> x)
        where C : unmanaged, INumber<C>;

    /// <summary>The fold of one element, where a fold of zeros may be of either sign.</summary>
    static abstract Vector<C> First<C>(Vector<C> x)
        where C : unmanaged, INumber<C>;

    /// <summary>The fold of what two folds hold.</summary>
    static abstract C Merge<C>(C a, C b)
        where C : unmanaged, INumber<C>;

    static abstract Vector<C> Merge<C>(Vector<C> a, Vector<C> b)
        where C : unmanaged, INumber<C>;

    static abstract Vector128<C> Merge<C>(Vector128<C> a, Vector128<C> b)
        where C : unmanaged, INumber<C>;

    /// <summary>Makes results of folds over <paramref name="size"/> elements each, in place.</summary>
    static abstract void Finish<C>(C* cells, nint count, long size)
        where C : unmanaged, INumber<C>;
}
