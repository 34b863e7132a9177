using Inference.Kernels.Simd;

namespace Inference.Kernels.Elementwise;

/// <summary>The inventory of unary functions y = f(x; α, β). Bounds are against the exact value, in ULP of the result.</summary>
public static class UnaryFunctions
{
    /// <summary>y = max(x, 0); NaN stays NaN. ONNX Relu, opset 14.</summary>
    public static UnaryFunction Relu { get; } = UnaryFunction.Of<UnaryOperators.Relu>("relu");

    /// <summary>y = min(max(x, α), β); NaN stays NaN. ONNX Clip, opset 13.</summary>
    public static UnaryFunction Clip { get; } = UnaryFunction.Of<UnaryOperators.Clip>("clip");

    /// <summary>y = x &lt; 0 ? α·x : x. ONNX LeakyRelu, opset 16.</summary>
    public static UnaryFunction LeakyRelu { get; } = UnaryFunction.Of<UnaryOperators.LeakyRelu>("leakyrelu");

    /// <summary>y = 1 / (1 + e^−x); 4 ULP for x ≥ −87. ONNX Sigmoid, opset 13.</summary>
    public static UnaryFunction Sigmoid { get; } = UnaryFunction.Of<UnaryOperators.Sigmoid>("sigmoid");

    /// <summary>y = tanh x; 6 ULP. ONNX Tanh, opset 13.</summary>
    public static UnaryFunction Tanh { get; } = UnaryFunction.Of<UnaryOperators.Tanh>("tanh");

    /// <summary>y = x/2 · (1 + erf(x/√2)); error at most 1e-6·max(1, |y|). ONNX Gelu, opset 20.</summary>
    public static UnaryFunction Gelu { get; } = UnaryFunction.Of<UnaryOperators.Gelu>("gelu");

    /// <summary>y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))); error at most 1e-6·max(1, |y|). ONNX Gelu (tanh), opset 20.</summary>
    public static UnaryFunction GeluTanh { get; } = UnaryFunction.Of<UnaryOperators.GeluTanh>("gelutanh");

    /// <summary>y = x · clamp(x/6 + 1/2, 0, 1). ONNX HardSwish, opset 14.</summary>
    public static UnaryFunction HardSwish { get; } = UnaryFunction.Of<UnaryOperators.HardSwish>("hardswish");

    /// <summary>y = clamp(α·x + β, 0, 1). ONNX HardSigmoid, opset 6.</summary>
    public static UnaryFunction HardSigmoid { get; } = UnaryFunction.Of<UnaryOperators.HardSigmoid>("hardsigmoid");

    /// <summary>y = x / (1 + e^−αx); 5 ULP for αx ≥ −87. ONNX Swish, opset 24.</summary>
    public static UnaryFunction Silu { get; } = UnaryFunction.Of<UnaryOperators.Silu>("silu");

    /// <summary>y = x &lt; 0 ? α·(e^x − 1) : x; error at most 2^−22·max(|α|, |y|). ONNX Elu, opset 6.</summary>
    public static UnaryFunction Elu { get; } = UnaryFunction.Of<UnaryOperators.Elu>("elu");

    /// <summary>y = e^x; 2 ULP. ONNX Exp, opset 13.</summary>
    public static UnaryFunction Exp { get; } = UnaryFunction.Of<UnaryOperators.Exp>("exp");

    /// <summary>y = ln x; 2 ULP. ONNX Log, opset 13.</summary>
    public static UnaryFunction Log { get; } = UnaryFunction.Of<UnaryOperators.Log>("log");

    /// <summary>y = erf x; 6 ULP. ONNX Erf, opset 13.</summary>
    public static UnaryFunction Erf { get; } = UnaryFunction.Of<UnaryOperators.Erf>("erf");

    /// <summary>y = ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|); error at most 2^−22·max(1, |y|). ONNX Softplus, opset 1.</summary>
    public static UnaryFunction Softplus { get; } = UnaryFunction.Of<UnaryOperators.Softplus>("softplus");

    /// <summary>y = √x, correctly rounded. ONNX Sqrt, opset 13.</summary>
    public static UnaryFunction Sqrt { get; } = UnaryFunction.Of<UnaryOperators.Sqrt>("sqrt");

    /// <summary>y = 1/x, correctly rounded. ONNX Reciprocal, opset 13.</summary>
    public static UnaryFunction Reciprocal { get; } = UnaryFunction.Of<UnaryOperators.Reciprocal>("reciprocal");

    /// <summary>y = −x. ONNX Neg, opset 13.</summary>
    public static UnaryFunction Neg { get; } = UnaryFunction.Of<UnaryOperators.Neg>("neg");

    /// <summary>y = |x|. ONNX Abs, opset 13.</summary>
    public static UnaryFunction Abs { get; } = UnaryFunction.Of<UnaryOperators.Abs>("abs");

    /// <summary>y = ⌊x⌋. ONNX Floor, opset 13.</summary>
    public static UnaryFunction Floor { get; } = UnaryFunction.Of<UnaryOperators.Floor>("floor");

    /// <summary>y = ⌈x⌉. ONNX Ceil, opset 13.</summary>
    public static UnaryFunction Ceiling { get; } = UnaryFunction.Of<UnaryOperators.Ceiling>("ceiling");

    /// <summary>y = x rounded, halves to even. ONNX Round, opset 11.</summary>
    public static UnaryFunction Round { get; } = UnaryFunction.Of<UnaryOperators.Round>("round");

    /// <summary>y = x rounded towards 0.</summary>
    public static UnaryFunction Truncate { get; } = UnaryFunction.Of<UnaryOperators.Truncate>("truncate");

    /// <summary>y = α·x + β with one rounding.</summary>
    public static UnaryFunction Affine { get; } = UnaryFunction.Of<UnaryOperators.Affine>("affine");

    /// <summary>y = −1, 0 or 1; NaN stays NaN. ONNX Sign, opset 13.</summary>
    public static UnaryFunction Sign { get; } = UnaryFunction.Of<UnaryOperators.Sign>("sign");

    /// <summary>y = x / (1 + |x|). ONNX Softsign, opset 1.</summary>
    public static UnaryFunction Softsign { get; } = UnaryFunction.Of<UnaryOperators.Softsign>("softsign");

    /// <summary>y = β·(x &lt; 0 ? α·(e^x − 1) : x); error as Elu. ONNX Selu, opset 6.</summary>
    public static UnaryFunction Selu { get; } = UnaryFunction.Of<UnaryOperators.Selu>("selu");

    /// <summary>y = x &gt; α ? x : 0. ONNX ThresholdedRelu, opset 10.</summary>
    public static UnaryFunction ThresholdedRelu { get; } = UnaryFunction.Of<UnaryOperators.ThresholdedRelu>("thresholdedrelu");

    /// <summary>y = x².</summary>
    public static UnaryFunction Square { get; } = UnaryFunction.Of<UnaryOperators.Square>("square");

    /// <summary>y = α·tanh(β·x); 7 ULP. ONNX ScaledTanh.</summary>
    public static UnaryFunction ScaledTanh { get; } = UnaryFunction.Of<UnaryOperators.ScaledTanh>("scaledtanh");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<UnaryFunction> All { get; } =
    [
        Relu, Clip, LeakyRelu, Sigmoid, Tanh, Gelu, GeluTanh, HardSwish, HardSigmoid, Silu, Elu, Exp, Log, Erf, Softplus, Sqrt, Reciprocal, Neg, Abs, Floor, Ceiling,
        Round, Truncate, Affine, Sign, Softsign, Selu, ThresholdedRelu, Square, ScaledTanh,
    ];

    internal static void Describe(List<KernelInfo> to)
    {
        foreach (UnaryFunction kernel in All)
        {
            bool chosen = false;
            foreach (UnaryFunction.Variant v in kernel.Variants)
            {
                string name = $"unary_f32_{kernel.Name}_{SimdNames.Of(v.Tier)}";
                to.Add(new KernelInfo("unary_f32", name, v.Tier, v.Supported, v.Supported && !chosen));
                chosen |= v.Supported;
            }
        }
    }
}
