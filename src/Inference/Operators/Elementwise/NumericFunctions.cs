using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise;

/// <summary>Functions of one number of any numeric type.</summary>
internal static class NumericFunctions
{
    /// <summary>|x|; the smallest signed integer stays itself.</summary>
    internal readonly struct Abs : INumericFunction<Abs>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C>
        {
            if (typeof(C) == typeof(float) || typeof(C) == typeof(double))
            {
                return C.Abs(x);
            }

            return x < C.Zero ? C.Zero - x : x;
        }

        public static UnaryFunction Single => UnaryFunctions.Abs;
    }

    /// <summary>−x</summary>
    internal readonly struct Neg : INumericFunction<Neg>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => -x;

        public static UnaryFunction Single => UnaryFunctions.Neg;
    }

    /// <summary>−1, 0 or 1; NaN stays NaN.</summary>
    internal readonly struct Sign : INumericFunction<Sign>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => x > C.Zero ? C.One : x < C.Zero ? C.Zero - C.One : C.IsNaN(x) ? x : C.Zero;

        public static UnaryFunction Single => UnaryFunctions.Sign;
    }

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    internal readonly struct Relu : INumericFunction<Relu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => x < C.Zero ? C.Zero : x;

        public static UnaryFunction Single => UnaryFunctions.Relu;
    }

    /// <summary>erf(x); integers by way of double.</summary>
    internal readonly struct Erf : INumericFunction<Erf>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => C.CreateTruncating(ErrorFunction.Erf(double.CreateTruncating(x)));

        public static UnaryFunction Single => UnaryFunctions.Erf;
    }

    /// <summary>x − bias above lambd, x + bias below −lambd, 0 between.</summary>
    internal readonly struct Shrink(float lambd, float bias) : INumericFunction<Shrink>
    {
        public static Shrink Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C>
        {
            double value = double.CreateTruncating(x);
            return value < -lambd ? C.CreateTruncating(value + bias) : value > lambd ? C.CreateTruncating(value - bias) : C.Zero;
        }
    }
}
