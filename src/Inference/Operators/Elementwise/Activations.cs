using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise;

/// <summary>Activation functions. Parameters are the node's attributes.</summary>
internal static class Activations
{
    /// <summary>1 / (1 + e⁻ˣ)</summary>
    internal readonly struct Sigmoid : IFloatFunction<Sigmoid>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Sigmoid(x);

        public static bool TrySpan(in Sigmoid function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Sigmoid, x, y);
            return true;
        }
    }

    /// <summary>clamp(alpha·x + beta, 0, 1)</summary>
    internal readonly struct HardSigmoid(float alpha, float beta) : IFloatFunction<HardSigmoid>
    {
        private float Alpha => alpha;

        private float Beta => beta;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Clamp(C.CreateTruncating(alpha) * x + C.CreateTruncating(beta), C.Zero, C.One);

        public static bool TrySpan(in HardSigmoid function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.HardSigmoid, x, y, function.Alpha, function.Beta);
            return true;
        }
    }

    /// <summary>x · clamp(x/6 + 1/2, 0, 1)</summary>
    internal readonly struct HardSwish : IFloatFunction<HardSwish>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x * Functions.Clamp(x / C.CreateTruncating(6) + C.CreateTruncating(0.5), C.Zero, C.One);

        public static bool TrySpan(in HardSwish function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.HardSwish, x, y);
            return true;
        }
    }

    /// <summary>ln(1 + eˣ)</summary>
    internal readonly struct Softplus : IFloatFunction<Softplus>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Softplus(x);

        public static bool TrySpan(in Softplus function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Softplus, x, y);
            return true;
        }
    }

    /// <summary>x / (1 + |x|)</summary>
    internal readonly struct Softsign : IFloatFunction<Softsign>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x / (C.One + C.Abs(x));

        public static bool TrySpan(in Softsign function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Softsign, x, y);
            return true;
        }
    }

    /// <summary>x for x ≥ 0, alpha·x below.</summary>
    internal readonly struct LeakyRelu(float alpha) : IFloatFunction<LeakyRelu>
    {
        private float Alpha => alpha;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x < C.Zero ? C.CreateTruncating(alpha) * x : x;

        public static bool TrySpan(in LeakyRelu function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.LeakyRelu, x, y, function.Alpha);
            return true;
        }
    }

    /// <summary>x for x ≥ 0, alpha·(eˣ − 1) below.</summary>
    internal readonly struct Elu(float alpha) : IFloatFunction<Elu>
    {
        private float Alpha => alpha;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x < C.Zero ? C.CreateTruncating(alpha) * C.ExpM1(x) : x;

        public static bool TrySpan(in Elu function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Elu, x, y, function.Alpha);
            return true;
        }
    }

    /// <summary>max(0, x) + min(0, alpha·(e^(x/alpha) − 1))</summary>
    internal readonly struct Celu(float alpha) : IFloatFunction<Celu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Max(x, C.Zero) + C.Min(C.Zero, C.CreateTruncating(alpha) * C.ExpM1(x / C.CreateTruncating(alpha)));
    }

    /// <summary>gamma·x for x > 0, gamma·alpha·(eˣ − 1) below.</summary>
    internal readonly struct Selu(float alpha, float gamma) : IFloatFunction<Selu>
    {
        private float Alpha => alpha;

        private float Gamma => gamma;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x > C.Zero ? C.CreateTruncating(gamma) * x : C.CreateTruncating(gamma) * C.CreateTruncating(alpha) * C.ExpM1(x);

        public static bool TrySpan(in Selu function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Selu, x, y, function.Alpha, function.Gamma);
            return true;
        }
    }

    /// <summary>x for x > alpha, 0 below.</summary>
    internal readonly struct ThresholdedRelu(float alpha) : IFloatFunction<ThresholdedRelu>
    {
        private float Alpha => alpha;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x > C.CreateTruncating(alpha) ? x : C.Zero;

        public static bool TrySpan(in ThresholdedRelu function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.ThresholdedRelu, x, y, function.Alpha);
            return true;
        }
    }

    /// <summary>x · Φ(x) = x/2 · (1 + erf(x/√2))</summary>
    internal readonly struct Gelu : IFloatFunction<Gelu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Gelu(x);

        public static bool TrySpan(in Gelu function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.Gelu, x, y);
            return true;
        }
    }

    /// <summary>x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))</summary>
    internal readonly struct GeluTanh : IFloatFunction<GeluTanh>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.GeluTanh(x);

        public static bool TrySpan(in GeluTanh function, ReadOnlySpan<float> x, Span<float> y)
        {
            Unary.Run(UnaryKind.GeluTanh, x, y);
            return true;
        }
    }

    /// <summary>x · σ(alpha·x)</summary>
    internal readonly struct QuickGelu(float alpha) : IFloatFunction<QuickGelu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x * Functions.Sigmoid(C.CreateTruncating(alpha) * x);
    }

    /// <summary>x · tanh(ln(1 + eˣ))</summary>
    internal readonly struct Mish : IFloatFunction<Mish>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x * C.Tanh(Functions.Softplus(x));
    }

    /// <summary>alpha · tanh(beta·x)</summary>
    internal readonly struct ScaledTanh(float alpha, float beta) : IFloatFunction<ScaledTanh>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.CreateTruncating(alpha) * C.Tanh(C.CreateTruncating(beta) * x);
    }

    /// <summary>alpha · ln(1 + e^(beta·x))</summary>
    internal readonly struct ParametricSoftplus(float alpha, float beta) : IFloatFunction<ParametricSoftplus>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.CreateTruncating(alpha) * Functions.Softplus(C.CreateTruncating(beta) * x);
    }

    /// <summary>alpha·x + beta</summary>
    internal readonly struct Affine(float alpha, float beta) : IFloatFunction<Affine>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => (C.CreateTruncating(alpha) * x) + C.CreateTruncating(beta);
    }
}
