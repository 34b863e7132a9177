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
    }

    /// <summary>cos x</summary>
    internal readonly struct Cos : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Cos(x);
    }

    /// <summary>tan x</summary>
    internal readonly struct Tan : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Tan(x);
    }

    /// <summary>arcsin x</summary>
    internal readonly struct Asin : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Asin(x);
    }

    /// <summary>arccos x</summary>
    internal readonly struct Acos : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Acos(x);
    }

    /// <summary>arctan x</summary>
    internal readonly struct Atan : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Atan(x);
    }

    /// <summary>sinh x</summary>
    internal readonly struct Sinh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Sinh(x);
    }

    /// <summary>cosh x</summary>
    internal readonly struct Cosh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Cosh(x);
    }

    /// <summary>tanh x</summary>
    internal readonly struct Tanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Tanh(x);

        public static UnaryFunction Single => UnaryFunctions.Tanh;
    }

    /// <summary>arsinh x</summary>
    internal readonly struct Asinh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Asinh(x);
    }

    /// <summary>arcosh x</summary>
    internal readonly struct Acosh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Acosh(x);
    }

    /// <summary>artanh x</summary>
    internal readonly struct Atanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Atanh(x);
    }
}
