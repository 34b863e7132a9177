using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;

namespace Inference.Layers;

/// <summary>
/// y[M,N] = activation(x[M,K] × B[K,N] + bias[N] + addend[M,N]) with B packed once: what a <see cref="Linear"/> layer and the graph nodes Linear, MatMul and Gemm run. Does not
/// own B. Immutable; any number of threads may run it.
/// </summary>
internal sealed unsafe class LinearProduct(PackedMatrix matrix, Activation activation)
{
    /// <summary>N.</summary>
    public nint Columns => matrix.Columns;

    /// <summary>The name of the kernel of the product.</summary>
    public string KernelName => matrix.KernelName;

    /// <summary>Runs it; null for an omitted bias or addend.</summary>
    public void Run(float* x, float* y, nint rows, float* bias, float* addend, int threads) => Run(x, y, rows, bias, addend, in activation, threads);

    /// <summary>The product and the bias without the activation, for what is added between them.</summary>
    public void RunPlain(float* x, float* y, nint rows, float* bias, int threads) => Run(x, y, rows, bias, null, default, threads);

    private void Run(float* x, float* y, nint rows, float* bias, float* addend, in Activation last, int threads)
    {
        GemmEpilogue epilogue = default;
        epilogue.Bias = bias;
        epilogue.Residual = addend;
        epilogue.ResidualStride = matrix.Columns;
        epilogue.Activation = last;
        GemmF32.Run(x, matrix.Rows, matrix, y, matrix.Columns, rows, in epilogue, threads);
    }
}
