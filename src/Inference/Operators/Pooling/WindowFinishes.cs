using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Pooling;

/// <summary>What is made of folds.</summary>
internal static unsafe class WindowFinishes
{
    /// <summary>The fold itself.</summary>
    internal readonly struct Plain : IWindowFinish
    {
        public static bool Counts => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
            where C : unmanaged, INumber<C> => sum;
    }

    /// <summary>sum / (rows · columns)</summary>
    internal readonly struct Mean : IWindowFinish
    {
        public static bool Counts => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
            where C : unmanaged, INumber<C> => sum / (rows * Vector.Load(columns));
    }

    /// <summary>√sum</summary>
    internal readonly struct Root : IWindowFinish
    {
        public static bool Counts => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Finish<C>(Vector<C> sum, C* columns, Vector<C> rows)
            where C : unmanaged, INumber<C> => Vector.SquareRoot(sum);
    }
}
