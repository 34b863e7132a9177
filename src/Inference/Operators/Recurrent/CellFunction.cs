namespace Inference.Operators.Recurrent;

/// <summary>Activation functions of recurrent cells.</summary>
internal enum CellFunction
{
    /// <summary>1 / (1 + e^−x).</summary>
    Sigmoid,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x / (1 + |x|).</summary>
    Softsign,

    /// <summary>ln(1 + e^x).</summary>
    Softplus,

    /// <summary>x &lt; 0 ? α·x : x.</summary>
    LeakyRelu,

    /// <summary>x ≥ α ? x : 0.</summary>
    ThresholdedRelu,

    /// <summary>x &lt; 0 ? α·(e^x − 1) : x.</summary>
    Elu,

    /// <summary>α·x + β.</summary>
    Affine,

    /// <summary>α·tanh(β·x).</summary>
    ScaledTanh,

    /// <summary>min(max(α·x + β, 0), 1).</summary>
    HardSigmoid,
}
