using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise;

/// <summary>Roots, powers, logarithms and rounding.</summary>
internal static class Powers
{
    /// <summary>eˣ</summary>
    internal readonly struct Exp : IFloatFunction<Exp>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Exp(x);

        public static bool TrySpan(in Exp function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Exp, x, y);
            return true;
        }
    }

    /// <summary>ln x</summary>
    internal readonly struct Log : IFloatFunction<Log>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Log(x);

        public static bool TrySpan(in Log function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Log, x, y);
            return true;
        }
    }

    /// <summary>√x</summary>
    internal readonly struct Sqrt : IFloatFunction<Sqrt>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Sqrt(x);

        public static bool TrySpan(in Sqrt function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Sqrt, x, y);
            return true;
        }
    }

    /// <summary>1 / x</summary>
    internal readonly struct Reciprocal : IFloatFunction<Reciprocal>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.One / x;

        public static bool TrySpan(in Reciprocal function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Reciprocal, x, y);
            return true;
        }
    }

    /// <summary>The largest whole number ≤ x.</summary>
    internal readonly struct Floor : IFloatFunction<Floor>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Floor(x);

        public static bool TrySpan(in Floor function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Floor, x, y);
            return true;
        }
    }

    /// <summary>The smallest whole number ≥ x.</summary>
    internal readonly struct Ceil : IFloatFunction<Ceil>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Ceiling(x);

        public static bool TrySpan(in Ceil function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Ceiling, x, y);
            return true;
        }
    }

    /// <summary>The nearest whole number, ties to even.</summary>
    internal readonly struct Round : IFloatFunction<Round>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Round(x, MidpointRounding.ToEven);

        public static bool TrySpan(in Round function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Round, x, y);
            return true;
        }
    }
}
