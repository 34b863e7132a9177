namespace Inference.Kernels.Tests.Quantized;

/// <summary>How many zero points a weight has.</summary>
public enum ZeroPoints
{
    None,

    /// <summary>One, that of a symmetric weight: 0, or 128 where unsigned.</summary>
    Symmetric,

    One,

    /// <summary>One for each column or output channel.</summary>
    Each,
}
