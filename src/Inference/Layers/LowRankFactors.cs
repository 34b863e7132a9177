using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;
using Inference.Kernels.LowRank;

namespace Inference.Layers;

/// <summary>
/// y[M,N] = activation((x[M,K] × A[K,R]) × B[R,N] + bias[N] + addend[M,N]) with both factors packed once: what a <see cref="LowRankLinear"/> layer and the graph node LowRank
/// run. Does not own the factors. Immutable; any number of threads may run it.
/// </summary>
internal sealed unsafe class LowRankFactors(PackedMatrix a, PackedMatrix b, Activation activation)
{
    /// <summary>N.</summary>
    public nint Columns => b.Columns;

    /// <summary>The name of the kernel of the second product.</summary>
    public string KernelName => b.KernelName;

    /// <summary>Runs it; null for an omitted bias or addend.</summary>
    public void Run(float* x, float* y, nint rows, float* bias, float* addend, int threads) => Run(x, y, rows, bias, addend, in activation, threads);

    /// <summary>The products and the bias without the activation, for what is added between them.</summary>
    public void RunPlain(float* x, float* y, nint rows, float* bias, int threads) => Run(x, y, rows, bias, null, default, threads);

    private void Run(float* x, float* y, nint rows, float* bias, float* addend, in Activation last, int threads)
    {
        GemmEpilogue epilogue = default;
        epilogue.Bias = bias;
        epilogue.Residual = addend;
        epilogue.ResidualStride = b.Columns;
        epilogue.Activation = last;
        LowRankF32.Run(x, a.Rows, a, b, y, b.Columns, rows, in epilogue, threads);
    }
}
