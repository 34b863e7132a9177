using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Inference.Kernels.Reductions;

namespace Inference.Operators.Reduction;

/// <summary>The folds of the Reduce operators.</summary>
internal static class Reducers
{
    /// <summary>Σx</summary>
    internal readonly struct Sum : IReducer
    {
        public static ReductionKind? Kernel => ReductionKind.Sum;

        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.Add(accumulators, row, accumulators);
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator += TensorPrimitives.Sum(run);
            return true;
        }
    }

    /// <summary>Σx / n; integers towards zero.</summary>
    internal readonly struct Mean : IReducer
    {
        public static ReductionKind? Kernel => ReductionKind.Sum;

        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.Add(accumulators, row, accumulators);
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => Divide(accumulator, count);

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator += TensorPrimitives.Sum(run);
            return true;
        }
    }

    /// <summary>Σx²</summary>
    internal readonly struct SumSquare : IReducer
    {
        public static ReductionKind? Kernel => ReductionKind.SumSquares;

        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.MultiplyAdd(row, row, accumulators, accumulators);
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x * x;

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator += TensorPrimitives.SumOfSquares(run);
            return true;
        }
    }

    /// <summary>Σ|x|; of the smallest integer, which has no absolute value, the integer itself.</summary>
    internal readonly struct L1 : IReducer
    {
        public static ReductionKind? Kernel => ReductionKind.SumAbsolutes;

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + (x < C.Zero ? C.Zero - x : x);

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator += TensorPrimitives.SumOfMagnitudes(run);
            return true;
        }
    }

    /// <summary>√Σx²</summary>
    internal readonly struct L2 : IReducer
    {
        public static ReductionKind? Kernel => ReductionKind.SumSquares;

        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.MultiplyAdd(row, row, accumulators, accumulators);
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x * x;

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.CreateTruncating(Math.Sqrt(double.CreateTruncating(accumulator)));

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator += TensorPrimitives.SumOfSquares(run);
            return true;
        }
    }

    /// <summary>ln Σx</summary>
    internal readonly struct LogSum : IReducer
    {
        public static ReductionKind? Kernel => ReductionKind.Sum;

        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.Add(accumulators, row, accumulators);
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator + x;

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.CreateSaturating(Math.Log(double.CreateTruncating(accumulator)));

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator += TensorPrimitives.Sum(run);
            return true;
        }
    }

    /// <summary>Πx</summary>
    internal readonly struct Prod : IReducer
    {
        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.One;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator * x;

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;
    }

    /// <summary>The largest; NaN where one is.</summary>
    internal readonly struct Max : IReducer
    {
        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.Max(accumulators, row, accumulators);
            return true;
        }

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator = run.IsEmpty ? accumulator : float.Max(accumulator, TensorPrimitives.Max(run));
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => Lowest<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Max(accumulator, x);

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;
    }

    /// <summary>The smallest; NaN where one is.</summary>
    internal readonly struct Min : IReducer
    {
        public static bool TryRow(ReadOnlySpan<float> row, Span<float> accumulators)
        {
            TensorPrimitives.Min(accumulators, row, accumulators);
            return true;
        }

        public static bool TryRun(ReadOnlySpan<float> run, ref float accumulator)
        {
            accumulator = run.IsEmpty ? accumulator : float.Min(accumulator, TensorPrimitives.Min(run));
            return true;
        }

        public static C Start<C>()
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => Highest<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Step<C>(C accumulator, C x)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => C.Min(accumulator, x);

        public static C Finish<C>(C accumulator, long count)
            where C : unmanaged, INumber<C>, IMinMaxValue<C> => accumulator;
    }

    // The count of narrow integers may not fit their type.
    private static C Divide<C>(C sum, long count)
        where C : unmanaged, INumber<C> =>
        typeof(C) == typeof(float) || typeof(C) == typeof(double) ? sum / C.CreateTruncating(count)
        : count == 0 ? C.Zero
        : C.CreateTruncating(Int128.CreateTruncating(sum) / count);

    private static C Lowest<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C> =>
        typeof(C) == typeof(float) || typeof(C) == typeof(double) ? C.CreateTruncating(double.NegativeInfinity) : C.MinValue;

    private static C Highest<C>()
        where C : unmanaged, INumber<C>, IMinMaxValue<C> =>
        typeof(C) == typeof(float) || typeof(C) == typeof(double) ? C.CreateTruncating(double.PositiveInfinity) : C.MaxValue;
}
