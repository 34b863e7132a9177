namespace Inference.Kernels.Elementwise;

/// <summary>Binary functions y = f(a, b) over f32 arrays, rounded once except where noted.</summary>
internal enum BinaryKind
{
    /// <summary>y = a + b. ONNX Add, opset 14.</summary>
    Add,

    /// <summary>y = a − b. ONNX Sub, opset 14.</summary>
    Sub,

    /// <summary>y = a · b. ONNX Mul, opset 14.</summary>
    Mul,

    /// <summary>y = a / b. ONNX Div, opset 14.</summary>
    Div,

    /// <summary>y = min(a, b); NaN if either is. ONNX Min, opset 13.</summary>
    Min,

    /// <summary>y = max(a, b); NaN if either is. ONNX Max, opset 13.</summary>
    Max,

    /// <summary>y = a^b, computed in f64 and rounded. ONNX Pow, opset 15.</summary>
    Pow,

    /// <summary>y = a &lt; 0 ? a · b : a. ONNX PRelu, opset 16.</summary>
    PRelu,

    /// <summary>y = (a − b)².</summary>
    SquaredDifference,
}
