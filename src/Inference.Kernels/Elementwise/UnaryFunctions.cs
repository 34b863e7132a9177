using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The inventory of unary functions y = f(x; α, β). Bounds are against the exact value, in ULP of the result.</summary>
internal static class UnaryFunctions
{
    /// <summary>y = max(x, 0); NaN stays NaN. ONNX Relu, opset 14.</summary>
    public static UnaryFunction Relu => UnaryFunction.Of<UnaryOperators.Relu>();

    /// <summary>y = min(max(x, α), β); NaN stays NaN. ONNX Clip, opset 13.</summary>
    public static UnaryFunction Clip => UnaryFunction.Of<UnaryOperators.Clip>();

    /// <summary>y = x &lt; 0 ? α·x : x. ONNX LeakyRelu, opset 16.</summary>
    public static UnaryFunction LeakyRelu => UnaryFunction.Of<UnaryOperators.LeakyRelu>();

    /// <summary>y = 1 / (1 + e^−x); 4 ULP for x ≥ −87. ONNX Sigmoid, opset 13.</summary>
    public static UnaryFunction Sigmoid => UnaryFunction.Of<UnaryOperators.Sigmoid>();

    /// <summary>y = tanh x; 6 ULP. ONNX Tanh, opset 13.</summary>
    public static UnaryFunction Tanh => UnaryFunction.Of<UnaryOperators.Tanh>();

    /// <summary>y = x/2 · (1 + erf(x/√2)); error at most 1e-6·max(1, |y|). ONNX Gelu, opset 20.</summary>
    public static UnaryFunction Gelu => UnaryFunction.Of<UnaryOperators.Gelu>();

    /// <summary>y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))); error at most 1e-6·max(1, |y|). ONNX Gelu (tanh), opset 20.</summary>
    public static UnaryFunction GeluTanh => UnaryFunction.Of<UnaryOperators.GeluTanh>();

    /// <summary>y = x · clamp(x/6 + 1/2, 0, 1). ONNX HardSwish, opset 14.</summary>
    public static UnaryFunction HardSwish => UnaryFunction.Of<UnaryOperators.HardSwish>();

    /// <summary>y = clamp(α·x + β, 0, 1). ONNX HardSigmoid, opset 6.</summary>
    public static UnaryFunction HardSigmoid => UnaryFunction.Of<UnaryOperators.HardSigmoid>();

    /// <summary>y = x / (1 + e^−αx); 5 ULP for αx ≥ −87. ONNX Swish, opset 24.</summary>
    public static UnaryFunction Silu => UnaryFunction.Of<UnaryOperators.Silu>();

    /// <summary>y = x &lt; 0 ? α·(e^x − 1) : x; error at most 2^−22·max(|α|, |y|). ONNX Elu, opset 6.</summary>
    public static UnaryFunction Elu => UnaryFunction.Of<UnaryOperators.Elu>();

    /// <summary>y = e^x; 2 ULP. ONNX Exp, opset 13.</summary>
    public static UnaryFunction Exp => UnaryFunction.Of<UnaryOperators.Exp>();

    /// <summary>y = ln x; 2 ULP. ONNX Log, opset 13.</summary>
    public static UnaryFunction Log => UnaryFunction.Of<UnaryOperators.Log>();

    /// <summary>y = erf x; 6 ULP. ONNX Erf, opset 13.</summary>
    public static UnaryFunction Erf => UnaryFunction.Of<UnaryOperators.Erf>();

    /// <summary>y = ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|); error at most 2^−22·max(1, |y|). ONNX Softplus, opset 1.</summary>
    public static UnaryFunction Softplus => UnaryFunction.Of<UnaryOperators.Softplus>();

    /// <summary>y = √x, correctly rounded. ONNX Sqrt, opset 13.</summary>
    public static UnaryFunction Sqrt => UnaryFunction.Of<UnaryOperators.Sqrt>();

    /// <summary>y = 1/x, correctly rounded. ONNX Reciprocal, opset 13.</summary>
    public static UnaryFunction Reciprocal => UnaryFunction.Of<UnaryOperators.Reciprocal>();

    /// <summary>y = −x. ONNX Neg, opset 13.</summary>
    public static UnaryFunction Neg => UnaryFunction.Of<UnaryOperators.Neg>();

    /// <summary>y = |x|. ONNX Abs, opset 13.</summary>
    public static UnaryFunction Abs => UnaryFunction.Of<UnaryOperators.Abs>();

    /// <summary>y = ⌊x⌋. ONNX Floor, opset 13.</summary>
    public static UnaryFunction Floor => UnaryFunction.Of<UnaryOperators.Floor>();

    /// <summary>y = ⌈x⌉. ONNX Ceil, opset 13.</summary>
    public static UnaryFunction Ceiling => UnaryFunction.Of<UnaryOperators.Ceiling>();

    /// <summary>y = x rounded, halves to even. ONNX Round, opset 11.</summary>
    public static UnaryFunction Round => UnaryFunction.Of<UnaryOperators.Round>();

    /// <summary>y = x rounded towards 0.</summary>
    public static UnaryFunction Truncate => UnaryFunction.Of<UnaryOperators.Truncate>();

    /// <summary>y = α·x + β with one rounding.</summary>
    public static UnaryFunction Affine => UnaryFunction.Of<UnaryOperators.Affine>();

    /// <summary>y = −1, 0 or 1; NaN stays NaN. ONNX Sign, opset 13.</summary>
    public static UnaryFunction Sign => UnaryFunction.Of<UnaryOperators.Sign>();

    /// <summary>y = x / (1 + |x|). ONNX Softsign, opset 1.</summary>
    public static UnaryFunction Softsign => UnaryFunction.Of<UnaryOperators.Softsign>();

    /// <summary>y = β·(x &lt; 0 ? α·(e^x − 1) : x); error as Elu. ONNX Selu, opset 6.</summary>
    public static UnaryFunction Selu => UnaryFunction.Of<UnaryOperators.Selu>();

    /// <summary>y = x &gt; α ? x : 0. ONNX ThresholdedRelu, opset 10.</summary>
    public static UnaryFunction ThresholdedRelu => UnaryFunction.Of<UnaryOperators.ThresholdedRelu>();

    /// <summary>y = x².</summary>
    public static UnaryFunction Square => UnaryFunction.Of<UnaryOperators.Square>();

    /// <summary>y = α·tanh(β·x); 7 ULP. ONNX ScaledTanh.</summary>
    public static UnaryFunction ScaledTanh => UnaryFunction.Of<UnaryOperators.ScaledTanh>();

    /// <summary>y = sin x; 2 ULP. ONNX Sin, opset 22.</summary>
    public static UnaryFunction Sin => UnaryFunction.Of<UnaryOperators.Sin>();

    /// <summary>y = cos x; 2 ULP. ONNX Cos, opset 22.</summary>
    public static UnaryFunction Cos => UnaryFunction.Of<UnaryOperators.Cos>();

    /// <summary>y = tan x; 4 ULP. ONNX Tan, opset 22.</summary>
    public static UnaryFunction Tan => UnaryFunction.Of<UnaryOperators.Tan>();

    /// <summary>y = arcsin x; 3 ULP. ONNX Asin, opset 22.</summary>
    public static UnaryFunction Asin => UnaryFunction.Of<UnaryOperators.Asin>();

    /// <summary>y = arccos x; 3 ULP. ONNX Acos, opset 22.</summary>
    public static UnaryFunction Acos => UnaryFunction.Of<UnaryOperators.Acos>();

    /// <summary>y = arctan x; 3 ULP. ONNX Atan, opset 22.</summary>
    public static UnaryFunction Atan => UnaryFunction.Of<UnaryOperators.Atan>();

    /// <summary>y = sinh x; 6 ULP. ONNX Sinh, opset 22.</summary>
    public static UnaryFunction Sinh => UnaryFunction.Of<UnaryOperators.Sinh>();

    /// <summary>y = cosh x; 6 ULP. ONNX Cosh, opset 22.</summary>
    public static UnaryFunction Cosh => UnaryFunction.Of<UnaryOperators.Cosh>();

    /// <summary>y = arsinh x; 6 ULP. ONNX Asinh, opset 22.</summary>
    public static UnaryFunction Asinh => UnaryFunction.Of<UnaryOperators.Asinh>();

    /// <summary>y = arcosh x; 6 ULP. ONNX Acosh, opset 22.</summary>
    public static UnaryFunction Acosh => UnaryFunction.Of<UnaryOperators.Acosh>();

    /// <summary>y = artanh x; 6 ULP. ONNX Atanh, opset 22.</summary>
    public static UnaryFunction Atanh => UnaryFunction.Of<UnaryOperators.Atanh>();

    /// <summary>y = max(0, x) + min(0, α·(e^(x/α) − 1)); 3 ULP. ONNX Celu, opset 12.</summary>
    public static UnaryFunction Celu => UnaryFunction.Of<UnaryOperators.Celu>();

    /// <summary>y = x · tanh(ln(1 + e^x)); 8 ULP for x ≥ −87. ONNX Mish, opset 22.</summary>
    public static UnaryFunction Mish => UnaryFunction.Of<UnaryOperators.Mish>();

    /// <summary>y = x + β below −α, x − β above α, 0 between. ONNX Shrink, opset 9.</summary>
    public static UnaryFunction Shrink => UnaryFunction.Of<UnaryOperators.Shrink>();

    /// <summary>All of them.</summary>
    public static IReadOnlyList<UnaryFunction> All =>
    [
        Relu, Clip, LeakyRelu, Sigmoid, Tanh, Gelu, GeluTanh, HardSwish, HardSigmoid, Silu, Elu, Exp, Log, Erf, Softplus, Sqrt, Reciprocal, Neg, Abs, Floor, Ceiling,
        Round, Truncate, Affine, Sign, Softsign, Selu, ThresholdedRelu, Square, ScaledTanh, Sin, Cos, Tan, Asin, Acos,
        Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Celu, Mish, Shrink,
    ];

    internal static unsafe void Describe(List<KernelRow> to)
    {
        foreach (UnaryFunction kernel in All)
        {
            bool chosen = false;
            foreach (UnaryFunction.Variant v in kernel.Variants)
            {
                chosen = KernelRow.Add(to, "unary_f32", $"unary_f32_{kernel.Name}_{SimdNames.Of(v.Tier)}", v.Tier, v.Supported, (nint)v.Body, chosen);
            }
        }
    }
}
