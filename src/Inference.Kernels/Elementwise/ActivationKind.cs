namespace Inference.Kernels.Elementwise;

/// <summary>Activations that a kernel can apply before it stores a result.</summary>
public enum ActivationKind
{
    /// <summary>y = x.</summary>
    None = 0,

    /// <summary>y = max(x, 0).</summary>
    Relu = 1,

    /// <summary>y = min(max(x, α), β).</summary>
    Clip = 2,

    /// <summary>y = x &lt; 0 ? α·x : x.</summary>
    LeakyRelu = 3,

    /// <summary>y = 1 / (1 + e^−x).</summary>
    Sigmoid = 4,

    /// <summary>y = tanh x.</summary>
    Tanh = 5,

    /// <summary>y = x/2 · (1 + erf(x/√2)).</summary>
    Gelu = 6,

    /// <summary>y = x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))).</summary>
    GeluTanh = 7,

    /// <summary>y = x · clamp(x/6 + 1/2, 0, 1).</summary>
    HardSwish = 8,

    /// <summary>y = clamp(α·x + β, 0, 1).</summary>
    HardSigmoid = 9,

    /// <summary>y = x / (1 + e^−x).</summary>
    Silu = 10,

    /// <summary>y = x &lt; 0 ? α·(e^x − 1) : x.</summary>
    Elu = 11,
}
