using Inference.Kernels.Elementwise;
using Inference.Kernels.Gemm;

namespace Inference.Operators.Recurrent;

/// <summary>Recurrent cells in float: matrix product and activations of the kernel inventory.</summary>
internal readonly unsafe struct SingleCellMath : ICellMath<float>
{
    public static void Multiply(float* a, PackedMatrix? packed, float* b, float* c, nint ldc, nint m, nint n, nint k, float* bias, float* residual, nint residualStride, KernelContext context)
    {
        var epilogue = new GemmEpilogue { Bias = bias, Residual = residual, ResidualStride = residualStride };
        if (packed is not null)
        {
            GemmF32.Run(a, k, packed, c, ldc, m, in epilogue, context.Threads);
        }
        else
        {
            GemmF32.Run(a, k, false, b, k, true, c, ldc, m, n, k, 1f, in epilogue, context.Threads);
        }
    }

    public static void Activate(UnaryCall activation, float* x, nint count) => Unary.Run(activation.Form.Function, x, x, count, activation.Alpha, activation.Beta);
}
