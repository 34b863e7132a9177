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

        public static bool TrySpan(in Abs function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Abs, x, y);
            return true;
        }
    }

    /// <summary>−x</summary>
    internal readonly struct Neg : INumericFunction<Neg>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => -x;

        public static bool TrySpan(in Neg function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Neg, x, y);
            return true;
        }
    }

    /// <summary>−1, 0 or 1; NaN stays NaN.</summary>
    internal readonly struct Sign : INumericFunction<Sign>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => x > C.Zero ? C.One : x < C.Zero ? C.Zero - C.One : C.IsNaN(x) ? x : C.Zero;

        public static bool TrySpan(in Sign function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Sign, x, y);
            return true;
        }
    }

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    internal readonly struct Relu : INumericFunction<Relu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => x < C.Zero ? C.Zero : x;

        public static bool TrySpan(in Relu function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Relu, x, y);
            return true;
        }
    }

    /// <summary>erf(x); integers by way of double.</summary>
    internal readonly struct Erf : INumericFunction<Erf>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C> => C.CreateTruncating(ErrorFunction.Erf(double.CreateTruncating(x)));

        public static bool TrySpan(in Erf function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Erf, x, y);
            return true;
        }
    }

    /// <summary>x − bias above lambd, x + bias below −lambd, 0 between.</summary>
    internal readonly struct Shrink(float lambd, float bias) : INumericFunction<Shrink>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, INumber<C>
        {
            double value = double.CreateTruncating(x);
            return value < -lambd ? C.CreateTruncating(value + bias) : value > lambd ? C.CreateTruncating(value - bias) : C.Zero;
        }
    }
}
