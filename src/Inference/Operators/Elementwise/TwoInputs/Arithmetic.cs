using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Elementwise.OneInput;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>Functions of two numbers. Integers wrap.</summary>
internal static class Arithmetic
{
    /// <summary>a + b</summary>
    internal readonly struct Add : IBinaryFunction<Add>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a + b;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a + b;

        public static int Cost => 1;
    }

    /// <summary>a − b</summary>
    internal readonly struct Sub : IBinaryFunction<Sub>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a - b;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a - b;

        public static int Cost => 1;
    }

    /// <summary>a · b</summary>
    internal readonly struct Mul : IBinaryFunction<Mul>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a * b;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => a * b;

        public static int Cost => 1;
    }

    /// <summary>a / b; integers towards zero. An integer divided by zero is an error.</summary>
    internal readonly struct Div : IBinaryFunction<Div>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C>
        {
            if (typeof(C) != typeof(float) && typeof(C) != typeof(double) && b == C.Zero - C.One && C.IsNegative(b))
            {
                // The smallest integer by −1 overflows in hardware; negation wraps.
                return C.Zero - a;
            }

            return a / b;
        }

        public static int Cost => 4;

        public static bool HasVector<C>() => typeof(C) == typeof(float) || typeof(C) == typeof(double) || IntegerDivision.HasVector<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => IntegerDivision.HasVector<C>() ? IntegerDivision.Quotient(a, b) : a / b;
    }

    /// <summary>The larger; NaN where either is.</summary>
    internal readonly struct Max : IBinaryFunction<Max>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => C.Max(a, b);

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.Max(a, b);

        public static int Cost => 1;
    }

    /// <summary>The smaller; NaN where either is.</summary>
    internal readonly struct Min : IBinaryFunction<Min>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => C.Min(a, b);

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.Min(a, b);

        public static int Cost => 1;
    }

    /// <summary>The remainder with the divisor's sign: a − b·⌊a/b⌋.</summary>
    internal readonly struct FloorMod : IBinaryFunction<FloorMod>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C>
        {
            C rest = new Fmod().Apply(a, b);
            return rest != C.Zero && C.IsNegative(rest) != C.IsNegative(b) ? rest + b : rest;
        }

        public static int Cost => 8;

        public static bool HasVector<C>() => Fmod.HasVector<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C>
        {
            Vector<C> rest = Fmod.Vector(a, b);
            Vector<C> zero = default;
            Vector<C> other = System.Numerics.Vector.LessThan(rest, zero) ^ System.Numerics.Vector.LessThan(b, zero);
            return System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.AndNot(other, System.Numerics.Vector.Equals(rest, zero)), rest + b, rest);
        }
    }

    /// <summary>The remainder with the dividend's sign.</summary>
    internal readonly struct Fmod : IBinaryFunction<Fmod>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C>
        {
            if (typeof(C) != typeof(float) && typeof(C) != typeof(double) && b == C.Zero - C.One && C.IsNegative(b))
            {
                return C.Zero;
            }

            return a % b;
        }

        public static int Cost => 8;

        public static bool HasVector<C>() => typeof(C) == typeof(float) || typeof(C) == typeof(double) || IntegerDivision.HasVector<C>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> =>
            IntegerDivision.HasVector<C>() ? a - (IntegerDivision.Quotient(a, b) * b) : FloatRemainder.Of(a, b);
    }

    /// <summary>a for a ≥ 0, b·a below: PRelu with the slope as second operand.</summary>
    internal readonly struct PRelu : IBinaryFunction<PRelu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C a, C b)
            where C : unmanaged, INumber<C> => a < C.Zero ? a * b : a;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> a, Vector<C> b)
            where C : unmanaged, INumber<C> =>
            System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.LessThan(a, default), a * b, a);

        public static int Cost => 1;
    }
}
