using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Functions of one number of any numeric type.</summary>
internal static class NumericFunctions
{
    /// <summary>|x|; the smallest signed integer stays itself.</summary>
    internal readonly struct Abs : INumericFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, float alpha, float beta)
            where C : unmanaged, INumber<C>
        {
            if (typeof(C) == typeof(float) || typeof(C) == typeof(double))
            {
                return C.Abs(x);
            }

            return x < C.Zero ? C.Zero - x : x;
        }

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.Abs(x);

        public static UnaryFunction Single => UnaryFunctions.Abs;
    }

    /// <summary>−x</summary>
    internal readonly struct Neg : INumericFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, float alpha, float beta)
            where C : unmanaged, INumber<C> => -x;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => -x;

        public static UnaryFunction Single => UnaryFunctions.Neg;
    }

    /// <summary>−1, 0 or 1; NaN stays NaN.</summary>
    internal readonly struct Sign : INumericFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, float alpha, float beta)
            where C : unmanaged, INumber<C> => x > C.Zero ? C.One : x < C.Zero ? C.Zero - C.One : C.IsNaN(x) ? x : C.Zero;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.GreaterThan(x, default), System.Numerics.Vector<C>.One, System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.LessThan(x, default), -System.Numerics.Vector<C>.One, System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.Equals(x, x), default, x)));

        public static UnaryFunction Single => UnaryFunctions.Sign;
    }

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    internal readonly struct Relu : INumericFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, float alpha, float beta)
            where C : unmanaged, INumber<C> => x < C.Zero ? C.Zero : x;

        public static bool HasVector<C>() => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<C> Vector<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => System.Numerics.Vector.ConditionalSelect(System.Numerics.Vector.LessThan(x, default), default, x);

        public static UnaryFunction Single => UnaryFunctions.Relu;
    }

    /// <summary>erf(x); integers by way of double.</summary>
    internal readonly struct Erf : INumericFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, float alpha, float beta)
            where C : unmanaged, INumber<C> => C.CreateTruncating(ErrorFunction.Erf(double.CreateTruncating(x)));

        public static UnaryFunction Single => UnaryFunctions.Erf;

        public static bool HasVector<C>() => false;

        public static Vector<C> Vector<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;
    }

    /// <summary>x − beta above alpha, x + beta below −alpha, 0 between.</summary>
    internal readonly struct Shrink : INumericFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, float alpha, float beta)
            where C : unmanaged, INumber<C>
        {
            double value = double.CreateTruncating(x);
            return value < -alpha ? C.CreateTruncating(value + beta) : value > alpha ? C.CreateTruncating(value - beta) : C.Zero;
        }

        public static UnaryFunction Single => UnaryFunctions.Shrink;

        public static bool HasVector<C>() => false;

        public static Vector<C> Vector<C>(Vector<C> x)
            where C : unmanaged, INumber<C> => x;
    }
}
