using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Roots, powers, logarithms and rounding.</summary>
internal static class Powers
{
    /// <summary>eˣ</summary>
    internal readonly struct Exp : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Exp(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Exp(x);

        public static UnaryFunction Single => UnaryFunctions.Exp;
    }

    /// <summary>ln x</summary>
    internal readonly struct Log : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Log(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Log(x);

        public static UnaryFunction Single => UnaryFunctions.Log;
    }

    /// <summary>√x</summary>
    internal readonly struct Sqrt : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Sqrt(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.SquareRoot(x);

        public static UnaryFunction Single => UnaryFunctions.Sqrt;
    }

    /// <summary>1 / x</summary>
    internal readonly struct Reciprocal : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.One / x;

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector<double>.One / x;

        public static UnaryFunction Single => UnaryFunctions.Reciprocal;
    }

    /// <summary>The largest whole number ≤ x.</summary>
    internal readonly struct Floor : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Floor(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Floor(x);

        public static UnaryFunction Single => UnaryFunctions.Floor;
    }

    /// <summary>The smallest whole number ≥ x.</summary>
    internal readonly struct Ceil : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Ceiling(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Ceiling(x);

        public static UnaryFunction Single => UnaryFunctions.Ceiling;
    }

    /// <summary>The nearest whole number, ties to even.</summary>
    internal readonly struct Round : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Round(x, MidpointRounding.ToEven);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Round(x, MidpointRounding.ToEven);

        public static UnaryFunction Single => UnaryFunctions.Round;
    }
}
