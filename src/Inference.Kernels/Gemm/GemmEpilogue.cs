using Inference.Kernels.Elementwise;

namespace Inference.Kernels.Gemm;

/// <summary>
/// What happens to a product P before it is stored:
/// <c>C[m,n] = activation(P[m,n] + Bias[n] + RowBias[m] + Residual[m,n] + (Accumulate ? C[m,n] : 0))</c>.
/// The default value stores P. All pointers are borrowed for the call; null means absent.
/// </summary>
internal unsafe struct GemmEpilogue
{
    /// <summary>[N]: one value for each column.</summary>
    public float* Bias;

    /// <summary>[M]: one value for each row.</summary>
    public float* RowBias;

    /// <summary>[M,N], row-major with <see cref="ResidualStride"/>; may be C itself.</summary>
    public float* Residual;

    /// <summary>Elements between rows of <see cref="Residual"/>.</summary>
    public nint ResidualStride;

    /// <summary>Whether C's old values are added (β = 1). Not together with <see cref="Residual"/>.</summary>
    public bool Accumulate;

    /// <summary>Applied last.</summary>
    public Activation Activation;
}
