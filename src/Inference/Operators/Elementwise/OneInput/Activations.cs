using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Activation functions. Parameters are the node's attributes.</summary>
internal static class Activations
{
    /// <summary>1 / (1 + e⁻ˣ)</summary>
    internal readonly struct Sigmoid : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Sigmoid(x);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => WideFunctions.Sigmoid(x);

        public static UnaryFunction Single => UnaryFunctions.Sigmoid;
    }

    /// <summary>clamp(alpha·x + beta, 0, 1)</summary>
    internal readonly struct HardSigmoid : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Clamp(alpha * x + beta, C.Zero, C.One);

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => WideFunctions.Clamp((alpha * x) + beta, default, Vector<double>.One);

        public static UnaryFunction Single => UnaryFunctions.HardSigmoid;
    }

    /// <summary>min(max(x, alpha), beta)</summary>
    internal readonly struct Clamp : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Clamp(x, alpha, beta);

        public static UnaryFunction Single => UnaryFunctions.Clip;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x · clamp(x/6 + 1/2, 0, 1)</summary>
    internal readonly struct HardSwish : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x * Functions.Clamp(x / C.CreateTruncating(6) + C.CreateTruncating(0.5), C.Zero, C.One);

        public static UnaryFunction Single => UnaryFunctions.HardSwish;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>ln(1 + eˣ)</summary>
    internal readonly struct Softplus : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Softplus(x);

        public static UnaryFunction Single => UnaryFunctions.Softplus;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x / (1 + |x|)</summary>
    internal readonly struct Softsign : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x / (C.One + C.Abs(x));

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x / (Vector<double>.One + Vector.Abs(x));

        public static UnaryFunction Single => UnaryFunctions.Softsign;
    }

    /// <summary>x for x ≥ 0, alpha·x below.</summary>
    internal readonly struct LeakyRelu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x < C.Zero ? alpha * x : x;

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.ConditionalSelect(Vector.LessThan(x, default), alpha * x, x);

        public static UnaryFunction Single => UnaryFunctions.LeakyRelu;
    }

    /// <summary>x for x ≥ 0, alpha·(eˣ − 1) below.</summary>
    internal readonly struct Elu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x < C.Zero ? alpha * C.ExpM1(x) : x;

        public static UnaryFunction Single => UnaryFunctions.Elu;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>max(0, x) + min(0, alpha·(e^(x/alpha) − 1))</summary>
    internal readonly struct Celu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => C.Max(x, C.Zero) + C.Min(C.Zero, alpha * C.ExpM1(x / alpha));

        public static UnaryFunction Single => UnaryFunctions.Celu;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>beta·x for x > 0, beta·alpha·(eˣ − 1) below.</summary>
    internal readonly struct Selu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x > C.Zero ? beta * x : beta * alpha * C.ExpM1(x);

        public static UnaryFunction Single => UnaryFunctions.Selu;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x for x > alpha, 0 below.</summary>
    internal readonly struct ThresholdedRelu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x > alpha ? x : C.Zero;

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => Vector.ConditionalSelect(Vector.GreaterThan(x, alpha), x, default);

        public static UnaryFunction Single => UnaryFunctions.ThresholdedRelu;
    }

    /// <summary>x for x ≥ alpha, 0 below: as recurrent cells have it.</summary>
    internal readonly struct ReachedRelu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x >= alpha ? x : C.Zero;

        public static UnaryFunction? Single => null;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x · Φ(x) = x/2 · (1 + erf(x/√2))</summary>
    internal readonly struct Gelu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.Gelu(x);

        public static UnaryFunction Single => UnaryFunctions.Gelu;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³)))</summary>
    internal readonly struct GeluTanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => Functions.GeluTanh(x);

        public static UnaryFunction Single => UnaryFunctions.GeluTanh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x · σ(alpha·x)</summary>
    internal readonly struct QuickGelu : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x * Functions.Sigmoid(alpha * x);

        public static UnaryFunction Single => UnaryFunctions.Silu;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>x · tanh(ln(1 + eˣ))</summary>
    internal readonly struct Mish : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => x * C.Tanh(Functions.Softplus(x));

        public static UnaryFunction Single => UnaryFunctions.Mish;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>alpha · tanh(beta·x)</summary>
    internal readonly struct ScaledTanh : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => alpha * C.Tanh(beta * x);

        public static UnaryFunction Single => UnaryFunctions.ScaledTanh;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>alpha · ln(1 + e^(beta·x))</summary>
    internal readonly struct ParametricSoftplus : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => alpha * Functions.Softplus(beta * x);

        public static UnaryFunction? Single => null;

        public static bool HasWide => false;

        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => x;
    }

    /// <summary>alpha·x + beta</summary>
    internal readonly struct Affine : IFloatFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static C Apply<C>(C x, C alpha, C beta)
            where C : unmanaged, IFloatingPointIeee754<C> => (alpha * x) + beta;

        public static bool HasWide => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Wide(Vector<double> x, Vector<double> alpha, Vector<double> beta) => (alpha * x) + beta;

        public static UnaryFunction Single => UnaryFunctions.Affine;
    }
}
