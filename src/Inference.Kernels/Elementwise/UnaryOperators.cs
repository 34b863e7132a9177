using System.Runtime.CompilerServices;
using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The unary operators: one line of arithmetic each, so they are kept side by side.</summary>
internal static partial class UnaryOperators
{
    /// <summary>y = max(x, 0); NaN stays NaN. ONNX Relu, opset 14.</summary>
    internal readonly struct Relu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Max(S.Splat(0f), x);
    }

    /// <summary>y = min(max(x, α), β); NaN stays NaN. ONNX Clip, opset 13.</summary>
    internal readonly struct Clip : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Min(beta, S.Max(alpha, x));
    }

    /// <summary>y = x &lt; 0 ? α·x : x. ONNX LeakyRelu, opset 16.</summary>
    internal readonly struct LeakyRelu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.LessThan(x, S.Splat(0f)), S.Mul(alpha, x), x);
    }

    /// <summary>y = 1 / (1 + e^−x); 4 ULP for x ≥ −87. ONNX Sigmoid, opset 13.</summary>
    internal readonly struct Sigmoid : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdMath.Sigmoid<S, V>(x);
    }

    /// <summary>y = tanh x; 6 ULP. ONNX Tanh, opset 13.</summary>
    internal readonly struct Tanh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdMath.Tanh<S, V>(x);
    }

    /// <summary>y = x/2 · (1 + erf(x/√2)); error at most 1e-6·max(1, |y|). ONNX Gelu, opset 20.</summary>
    internal readonly struct Gelu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(S.Mul(S.Splat(0.5f), x), S.Add(S.Splat(1f), SimdMath.Erf<S, V>(S.Mul(x, S.Splat(0.70710678f)))));
    }

    /// <summary>y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))); error at most 1e-6·max(1, |y|). ONNX Gelu (tanh), opset 20.</summary>
    internal readonly struct GeluTanh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(S.Mul(S.Splat(0.5f), x), S.Add(S.Splat(1f), SimdMath.Tanh<S, V>(S.Mul(x, S.Fma(S.Mul(x, x), S.Splat(0.0356774081f), S.Splat(0.797884561f))))));
    }

    /// <summary>y = x · clamp(x/6 + 1/2, 0, 1). ONNX HardSwish, opset 14.</summary>
    internal readonly struct HardSwish : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(x, S.Min(S.Splat(1f), S.Max(S.Splat(0f), S.Fma(x, S.Splat(1f / 6f), S.Splat(0.5f)))));
    }

    /// <summary>y = clamp(α·x + β, 0, 1). ONNX HardSigmoid, opset 6.</summary>
    internal readonly struct HardSigmoid : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Min(S.Splat(1f), S.Max(S.Splat(0f), S.Fma(alpha, x, beta)));
    }

    /// <summary>y = x / (1 + e^−αx); 5 ULP for αx ≥ −87. ONNX Swish, opset 24.</summary>
    internal readonly struct Silu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Div(x, S.Add(S.Splat(1f), SimdMath.Exp<S, V>(S.Neg(S.Mul(alpha, x)))));
    }

    /// <summary>y = x &lt; 0 ? α·(e^x − 1) : x; error at most 2^−22·max(|α|, |y|). ONNX Elu, opset 6.</summary>
    internal readonly struct Elu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.LessThan(x, S.Splat(0f)), S.Mul(alpha, S.Sub(SimdMath.Exp<S, V>(x), S.Splat(1f))), x);
    }

    /// <summary>y = e^x; 2 ULP. ONNX Exp, opset 13.</summary>
    internal readonly struct Exp : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdMath.Exp<S, V>(x);
    }

    /// <summary>y = ln x; 2 ULP. ONNX Log, opset 13.</summary>
    internal readonly struct Log : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdMath.Log<S, V>(x);
    }

    /// <summary>y = erf x; 6 ULP. ONNX Erf, opset 13.</summary>
    internal readonly struct Erf : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => SimdMath.Erf<S, V>(x);
    }

    /// <summary>y = ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|); error at most 2^−22·max(1, |y|). ONNX Softplus, opset 1.</summary>
    internal readonly struct Softplus : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Add(S.Max(S.Splat(0f), x), SimdMath.Log<S, V>(S.Add(S.Splat(1f), SimdMath.Exp<S, V>(S.Neg(S.Abs(x))))));
    }

    /// <summary>y = √x, correctly rounded. ONNX Sqrt, opset 13.</summary>
    internal readonly struct Sqrt : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Sqrt(x);
    }

    /// <summary>y = 1/x, correctly rounded. ONNX Reciprocal, opset 13.</summary>
    internal readonly struct Reciprocal : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Div(S.Splat(1f), x);
    }

    /// <summary>y = −x. ONNX Neg, opset 13.</summary>
    internal readonly struct Neg : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Neg(x);
    }

    /// <summary>y = |x|. ONNX Abs, opset 13.</summary>
    internal readonly struct Abs : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Abs(x);
    }

    /// <summary>y = ⌊x⌋. ONNX Floor, opset 13.</summary>
    internal readonly struct Floor : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Floor(x);
    }

    /// <summary>y = ⌈x⌉. ONNX Ceil, opset 13.</summary>
    internal readonly struct Ceiling : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Ceiling(x);
    }

    /// <summary>y = x rounded, halves to even. ONNX Round, opset 11.</summary>
    internal readonly struct Round : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Round(x);
    }

    /// <summary>y = x rounded towards 0.</summary>
    internal readonly struct Truncate : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Truncate(x);
    }

    /// <summary>y = α·x + β with one rounding.</summary>
    internal readonly struct Affine : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Fma(alpha, x, beta);
    }

    /// <summary>y = −1, 0 or 1; NaN stays NaN. ONNX Sign, opset 13.</summary>
    internal readonly struct Sign : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.LessThan(x, S.Splat(0f)), S.Splat(-1f), S.Select(S.LessThan(S.Splat(0f), x), S.Splat(1f), x));
    }

    /// <summary>y = x / (1 + |x|). ONNX Softsign, opset 1.</summary>
    internal readonly struct Softsign : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Div(x, S.Add(S.Splat(1f), S.Abs(x)));
    }

    /// <summary>y = β·(x &lt; 0 ? α·(e^x − 1) : x); error as Elu. ONNX Selu, opset 6.</summary>
    internal readonly struct Selu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(beta, S.Select(S.LessThan(x, S.Splat(0f)), S.Mul(alpha, S.Sub(SimdMath.Exp<S, V>(x), S.Splat(1f))), x));
    }

    /// <summary>y = x &gt; α ? x : 0. ONNX ThresholdedRelu, opset 10.</summary>
    internal readonly struct ThresholdedRelu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Select(S.LessThan(alpha, x), x, S.Splat(0f));
    }

    /// <summary>y = x².</summary>
    internal readonly struct Square : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(x, x);
    }

    /// <summary>y = α·tanh(β·x); error as Tanh. ONNX ScaledTanh.</summary>
    internal readonly struct ScaledTanh : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Mul(alpha, SimdMath.Tanh<S, V>(S.Mul(beta, x)));
    }

    /// <summary>y = max(0, x) + min(0, α·(e^(x/α) − 1)); 3 ULP. ONNX Celu, opset 12.</summary>
    internal readonly struct Celu : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Add(S.Max(S.Splat(0f), x), S.Min(S.Splat(0f), S.Mul(alpha, SimdMath.ExpM1<S, V>(S.Div(x, alpha)))));
    }

    /// <summary>y = x · tanh(ln(1 + e^x)) = x · n/(n + 2) with n = e^x·(e^x + 2); 8 ULP for x ≥ −87. ONNX Mish, opset 22.</summary>
    internal readonly struct Mish : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct
        {
            // From 20 on the factor rounds to 1.
            V e = SimdMath.Exp<S, V>(S.Min(S.Splat(40f), x));
            V n = S.Mul(e, S.Add(e, S.Splat(2f)));
            return S.Mul(x, S.Div(n, S.Add(n, S.Splat(2f))));
        }
    }

    /// <summary>y = x + β below −α, x − β above α, 0 between. ONNX Shrink, opset 9.</summary>
    internal readonly struct Shrink : IUnaryOperator
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<S, V>(V x, V alpha, V beta)
            where S : struct, ISimd<V>
            where V : struct => S.Select(
            S.LessThan(x, S.Neg(alpha)), S.Add(x, beta), S.Select(S.LessThan(alpha, x), S.Sub(x, beta), S.Splat(0f)));
    }
}
