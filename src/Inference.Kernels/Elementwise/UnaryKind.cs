namespace Inference.Kernels.Elementwise;

/// <summary>Unary functions y = f(x; α, β) over f32 arrays. Bounds are against the exact value, in ULP of the result.</summary>
public enum UnaryKind
{
    /// <summary>y = max(x, 0); NaN stays NaN. ONNX Relu, opset 14.</summary>
    Relu,

    /// <summary>y = min(max(x, α), β); NaN stays NaN. ONNX Clip, opset 13.</summary>
    Clip,

    /// <summary>y = x &lt; 0 ? α·x : x. ONNX LeakyRelu, opset 16.</summary>
    LeakyRelu,

    /// <summary>y = 1 / (1 + e^−x); 4 ULP for x ≥ −87. ONNX Sigmoid, opset 13.</summary>
    Sigmoid,

    /// <summary>y = tanh x; 6 ULP. ONNX Tanh, opset 13.</summary>
    Tanh,

    /// <summary>y = x/2 · (1 + erf(x/√2)); error at most 1e-6·max(1, |y|). ONNX Gelu, opset 20.</summary>
    Gelu,

    /// <summary>y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))); error at most 1e-6·max(1, |y|). ONNX Gelu (tanh), opset 20.</summary>
    GeluTanh,

    /// <summary>y = x · clamp(x/6 + 1/2, 0, 1). ONNX HardSwish, opset 14.</summary>
    HardSwish,

    /// <summary>y = clamp(α·x + β, 0, 1). ONNX HardSigmoid, opset 6.</summary>
    HardSigmoid,

    /// <summary>y = x / (1 + e^−x); 5 ULP for x ≥ −87.</summary>
    Silu,

    /// <summary>y = x &lt; 0 ? α·(e^x − 1) : x; error at most 2^−22·max(|α|, |y|). ONNX Elu, opset 6.</summary>
    Elu,

    /// <summary>y = e^x; 2 ULP. ONNX Exp, opset 13.</summary>
    Exp,

    /// <summary>y = ln x; 2 ULP. ONNX Log, opset 13.</summary>
    Log,

    /// <summary>y = erf x; 6 ULP. ONNX Erf, opset 13.</summary>
    Erf,

    /// <summary>y = ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|); error at most 2^−22·max(1, |y|). ONNX Softplus, opset 1.</summary>
    Softplus,

    /// <summary>y = √x, correctly rounded. ONNX Sqrt, opset 13.</summary>
    Sqrt,

    /// <summary>y = 1/x, correctly rounded. ONNX Reciprocal, opset 13.</summary>
    Reciprocal,

    /// <summary>y = −x. ONNX Neg, opset 13.</summary>
    Neg,

    /// <summary>y = |x|. ONNX Abs, opset 13.</summary>
    Abs,

    /// <summary>y = ⌊x⌋. ONNX Floor, opset 13.</summary>
    Floor,

    /// <summary>y = ⌈x⌉. ONNX Ceil, opset 13.</summary>
    Ceiling,

    /// <summary>y = x rounded, halves to even. ONNX Round, opset 11.</summary>
    Round,

    /// <summary>y = x rounded towards 0.</summary>
    Truncate,

    /// <summary>y = α·x + β with one rounding.</summary>
    Affine,

    /// <summary>y = −1, 0 or 1; NaN stays NaN. ONNX Sign, opset 13.</summary>
    Sign,

    /// <summary>y = x / (1 + |x|). ONNX Softsign, opset 1.</summary>
    Softsign,

    /// <summary>y = β·(x &lt; 0 ? α·(e^x − 1) : x); error as Elu. ONNX Selu, opset 6.</summary>
    Selu,

    /// <summary>y = x &gt; α ? x : 0. ONNX ThresholdedRelu, opset 10.</summary>
    ThresholdedRelu,

    /// <summary>y = x².</summary>
    Square,
}
