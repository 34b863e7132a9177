namespace Inference.Kernels.Tests.Gemm;

/// <summary>What a product's epilogue adds of its own shape.</summary>
public enum Addend
{
    None,

    /// <summary>A residual of its own memory.</summary>
    Residual,

    /// <summary>A residual that is the result.</summary>
    InPlace,

    /// <summary>What the result held, by accumulation.</summary>
    Accumulate,
}
