using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Trigonometric and hyperbolic functions.</summary>
internal static class Trigonometry
{
    /// <summary>sin x</summary>
    internal readonly struct Sin : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Sin(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Sin(x);

        public static UnaryFunction Single => UnaryFunctions.Sin;
    }

    /// <summary>cos x</summary>
    internal readonly struct Cos : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Cos(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.Cos(x);

        public static UnaryFunction Single => UnaryFunctions.Cos;
    }

    /// <summary>tan x</summary>
    internal readonly struct Tan : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Tan(x);

        public static UnaryFunction Single => UnaryFunctions.Tan;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>arcsin x</summary>
    internal readonly struct Asin : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Asin(x);

        public static UnaryFunction Single => UnaryFunctions.Asin;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>arccos x</summary>
    internal readonly struct Acos : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Acos(x);

        public static UnaryFunction Single => UnaryFunctions.Acos;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>arctan x</summary>
    internal readonly struct Atan : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Atan(x);

        public static UnaryFunction Single => UnaryFunctions.Atan;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>sinh x</summary>
    internal readonly struct Sinh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Sinh(x);

        public static UnaryFunction Single => UnaryFunctions.Sinh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>cosh x</summary>
    internal readonly struct Cosh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Cosh(x);

        public static UnaryFunction Single => UnaryFunctions.Cosh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>tanh x</summary>
    internal readonly struct Tanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Tanh(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => WideFunctions.Tanh(x);

        public static UnaryFunction Single => UnaryFunctions.Tanh;
    }

    /// <summary>arsinh x</summary>
    internal readonly struct Asinh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Asinh(x);

        public static UnaryFunction Single => UnaryFunctions.Asinh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>arcosh x</summary>
    internal readonly struct Acosh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Acosh(x);

        public static UnaryFunction Single => UnaryFunctions.Acosh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>artanh x</summary>
    internal readonly struct Atanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Atanh(x);

        public static UnaryFunction Single => UnaryFunctions.Atanh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }
}
