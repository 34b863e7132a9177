using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>The relations. Each is false where an operand is NaN.</summary>
internal static class Comparisons
{
    internal readonly struct Equal : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Apply<C>(C a, C b)
            where C : unmanaged, IComparisonOperators<C, C, bool> => a == b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged => System.Numerics.Vector.Equals(a, b);
    }

    internal readonly struct Greater : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Apply<C>(C a, C b)
            where C : unmanaged, IComparisonOperators<C, C, bool> => a > b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged => System.Numerics.Vector.GreaterThan(a, b);
    }

    internal readonly struct GreaterOrEqual : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Apply<C>(C a, C b)
            where C : unmanaged, IComparisonOperators<C, C, bool> => a >= b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged => System.Numerics.Vector.GreaterThanOrEqual(a, b);
    }

    internal readonly struct Less : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Apply<C>(C a, C b)
            where C : unmanaged, IComparisonOperators<C, C, bool> => a < b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged => System.Numerics.Vector.LessThan(a, b);
    }

    internal readonly struct LessOrEqual : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool Apply<C>(C a, C b)
            where C : unmanaged, IComparisonOperators<C, C, bool> => a <= b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged => System.Numerics.Vector.LessThanOrEqual(a, b);
    }
}
