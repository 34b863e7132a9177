using System.Numerics;

namespace Inference.Operators.Reduction;

/// <summary>A fold over numbers: start, step per element, and what is made of the result.</summary>
internal interface IReducer
{
    static abstract C Start<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    static abstract C Step<C>(C accumulator, C x)
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    static abstract C Finish<C>(C accumulator, long count)
        where C : unmanaged, INumber<C>, IMinMaxValue<C>;

    /// <summary>Folds a contiguous run where there is a faster form; false where there is none.</summary>
    static virtual bool TryRun(ReadOnlySpan<float> run, ref float accumulator) => false;
}
