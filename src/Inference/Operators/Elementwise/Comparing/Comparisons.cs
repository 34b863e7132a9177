using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Operators.Elementwise.Comparing;

/// <summary>The relations. Each is false where an operand is NaN.</summary>
internal static class Comparisons
{
    internal readonly struct Equal : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a == b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.Equals(a, b);
    }

    internal readonly struct Greater : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a > b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.GreaterThan(a, b);
    }

    internal readonly struct GreaterOrEqual : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a >= b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.GreaterThanOrEqual(a, b);
    }

    internal readonly struct Less : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a < b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.LessThan(a, b);
    }

    internal readonly struct LessOrEqual : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a <= b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.LessThanOrEqual(a, b);
    }

    /// <summary>Of the bits of floating-point numbers as unsigned integers: equal but for the sign, the highest bit, which doubling takes away.</summary>
    internal readonly struct EqualBits : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + a == b + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.Equals(a + a, b + b);
    }

    /// <summary>Of the bits of floating-point numbers as unsigned integers: greater but for the sign.</summary>
    internal readonly struct GreaterBits : IComparison
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + a > b + b;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.GreaterThan(a + a, b + b);
    }
}
