using System.Numerics;
using Inference.Kernels.Reductions;

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

    /// <summary>The kernel that folds f32 this way, but for <see cref="Finish"/> where it divides by nothing; null where there is none.</summary>
    static virtual ReductionKind? Kernel => null;

    /// <summary>Folds a row element by element into a row of accumulators where there is a faster form; false where there is none.</summary>
    static virtual bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators) => false;

    /// <summary>Folds a contiguous run where there is a faster form; false where there is none.</summary>
    static virtual bool TryRun(ReadOnlySpan<float> run, ref float accumulator) => false;
}
