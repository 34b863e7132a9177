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

        public static UnaryFunction Single => UnaryFunctions.Sigmoid;
    }

    /// <summary>clamp(alpha·x + beta, 0, 1)</summary>
    internal readonly struct HardSigmoid(float alpha, float beta) : IFloatFunction<HardSigmoid>
    {
        public static HardSigmoid Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Clamp(C.CreateTruncating(alpha) * x + C.CreateTruncating(beta), C.Zero, C.One);

        public static UnaryFunction Single => UnaryFunctions.HardSigmoid;
    }

    /// <summary>min(max(x, low), high)</summary>
    internal readonly struct Clamp(float low, float high) : IFloatFunction<Clamp>
    {
        public static Clamp Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Clamp(x, C.CreateTruncating(low), C.CreateTruncating(high));

        public static UnaryFunction Single => UnaryFunctions.Clip;
    }

    /// <summary>x · clamp(x/6 + 1/2, 0, 1)</summary>
    internal readonly struct HardSwish : IFloatFunction<HardSwish>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x * Functions.Clamp(x / C.CreateTruncating(6) + C.CreateTruncating(0.5), C.Zero, C.One);

        public static UnaryFunction Single => UnaryFunctions.HardSwish;
    }

    /// <summary>ln(1 + eˣ)</summary>
    internal readonly struct Softplus : IFloatFunction<Softplus>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Softplus(x);

        public static UnaryFunction Single => UnaryFunctions.Softplus;
    }

    /// <summary>x / (1 + |x|)</summary>
    internal readonly struct Softsign : IFloatFunction<Softsign>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x / (C.One + C.Abs(x));

        public static UnaryFunction Single => UnaryFunctions.Softsign;
    }

    /// <summary>x for x ≥ 0, alpha·x below.</summary>
    internal readonly struct LeakyRelu(float alpha) : IFloatFunction<LeakyRelu>
    {
        public static LeakyRelu Of(float alpha, float beta) => new(alpha);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x < C.Zero ? C.CreateTruncating(alpha) * x : x;

        public static UnaryFunction Single => UnaryFunctions.LeakyRelu;
    }

    /// <summary>x for x ≥ 0, alpha·(eˣ − 1) below.</summary>
    internal readonly struct Elu(float alpha) : IFloatFunction<Elu>
    {
        public static Elu Of(float alpha, float beta) => new(alpha);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x < C.Zero ? C.CreateTruncating(alpha) * C.ExpM1(x) : x;

        public static UnaryFunction Single => UnaryFunctions.Elu;
    }

    /// <summary>max(0, x) + min(0, alpha·(e^(x/alpha) − 1))</summary>
    internal readonly struct Celu(float alpha) : IFloatFunction<Celu>
    {
        public static Celu Of(float alpha, float beta) => new(alpha);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Max(x, C.Zero) + C.Min(C.Zero, C.CreateTruncating(alpha) * C.ExpM1(x / C.CreateTruncating(alpha)));
    }

    /// <summary>gamma·x for x > 0, gamma·alpha·(eˣ − 1) below.</summary>
    internal readonly struct Selu(float alpha, float gamma) : IFloatFunction<Selu>
    {
        public static Selu Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x > C.Zero ? C.CreateTruncating(gamma) * x : C.CreateTruncating(gamma) * C.CreateTruncating(alpha) * C.ExpM1(x);

        public static UnaryFunction Single => UnaryFunctions.Selu;
    }

    /// <summary>x for x > alpha, 0 below.</summary>
    internal readonly struct ThresholdedRelu(float alpha) : IFloatFunction<ThresholdedRelu>
    {
        public static ThresholdedRelu Of(float alpha, float beta) => new(alpha);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x > C.CreateTruncating(alpha) ? x : C.Zero;

        public static UnaryFunction Single => UnaryFunctions.ThresholdedRelu;
    }

    /// <summary>x for x ≥ alpha, 0 below: as recurrent cells have it.</summary>
    internal readonly struct ReachedRelu(float alpha) : IFloatFunction<ReachedRelu>
    {
        public static ReachedRelu Of(float alpha, float beta) => new(alpha);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x >= C.CreateTruncating(alpha) ? x : C.Zero;
    }

    /// <summary>x · Φ(x) = x/2 · (1 + erf(x/√2))</summary>
    internal readonly struct Gelu : IFloatFunction<Gelu>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Gelu(x);

        public static UnaryFunction Single => UnaryFunctions.Gelu;
    }

    /// <summary>x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))</summary>
    internal readonly struct GeluTanh : IFloatFunction<GeluTanh>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.GeluTanh(x);

        public static UnaryFunction Single => UnaryFunctions.GeluTanh;
    }

    /// <summary>x · σ(alpha·x)</summary>
    internal readonly struct QuickGelu(float alpha) : IFloatFunction<QuickGelu>
    {
        public static QuickGelu Of(float alpha, float beta) => new(alpha);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => x * Functions.Sigmoid(C.CreateTruncating(alpha) * x);

        public static UnaryFunction Single => UnaryFunctions.Silu;
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
        public static ScaledTanh Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.CreateTruncating(alpha) * C.Tanh(C.CreateTruncating(beta) * x);

        public static UnaryFunction Single => UnaryFunctions.ScaledTanh;
    }

    /// <summary>alpha · ln(1 + e^(beta·x))</summary>
    internal readonly struct ParametricSoftplus(float alpha, float beta) : IFloatFunction<ParametricSoftplus>
    {
        public static ParametricSoftplus Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => C.CreateTruncating(alpha) * Functions.Softplus(C.CreateTruncating(beta) * x);
    }

    /// <summary>alpha·x + beta</summary>
    internal readonly struct Affine(float alpha, float beta) : IFloatFunction<Affine>
    {
        public static Affine Of(float alpha, float beta) => new(alpha, beta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public C Apply<C>(C x)
            where C : unmanaged, IFloatingPointIeee754<C> => (C.CreateTruncating(alpha) * x) + C.CreateTruncating(beta);

        public static UnaryFunction Single => UnaryFunctions.Affine;
    }
}
