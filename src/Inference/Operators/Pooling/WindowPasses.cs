using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Reduction;

namespace Inference.Operators.Pooling;

/// <summary>The passes over windows.</summary>
internal static unsafe class WindowPasses
{
    /// <summary>Rows of the input into one row.</summary>
    internal readonly struct Rows<TReducer> : IWindowPass
        where TReducer : struct, IReducer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => TReducer.First(x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Fold<C>(Vector<C> sum, Vector<C> x)
            where C : unmanaged, INumber<C> => TReducer.Step(sum, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
            where C : unmanaged, INumber<C> => sum;
    }

    /// <summary>Columns of folded rows into results.</summary>
    internal readonly struct Columns<TReducer, TFinish> : IWindowPass
        where TReducer : struct, IReducer
        where TFinish : struct, IWindowFinish
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> First<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Fold<C>(Vector<C> sum, Vector<C> x)
            where C : unmanaged, INumber<C> => TReducer.Merge(sum, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
            where C : unmanaged, INumber<C> => TFinish.Finish(sum, columns, rows);
    }
}
