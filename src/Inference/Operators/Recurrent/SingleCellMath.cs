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

    public static void Activate(in CellActivation activation, float* x, nint count)
    {
        switch (activation.Function)
        {
            case CellFunction.Sigmoid:
                Unary.Run(UnaryKind.Sigmoid, x, x, count);
                break;
            case CellFunction.Tanh:
                Unary.Run(UnaryKind.Tanh, x, x, count);
                break;
            case CellFunction.Relu:
                Unary.Run(UnaryKind.Relu, x, x, count);
                break;
            case CellFunction.Softsign:
                Unary.Run(UnaryKind.Softsign, x, x, count);
                break;
            case CellFunction.Softplus:
                Unary.Run(UnaryKind.Softplus, x, x, count);
                break;
            case CellFunction.LeakyRelu:
                Unary.Run(UnaryKind.LeakyRelu, x, x, count, activation.Alpha);
                break;
            case CellFunction.ThresholdedRelu:
                for (nint i = 0; i < count; i++)
                {
                    x[i] = x[i] >= activation.Alpha ? x[i] : 0f;
                }

                break;
            case CellFunction.Elu:
                Unary.Run(UnaryKind.Elu, x, x, count, activation.Alpha);
                break;
            case CellFunction.Affine:
                Unary.Run(UnaryKind.Affine, x, x, count, activation.Alpha, activation.Beta);
                break;
            case CellFunction.ScaledTanh:
                Unary.Run(UnaryKind.Affine, x, x, count, activation.Beta, 0f);
                Unary.Run(UnaryKind.Tanh, x, x, count);
                Unary.Run(UnaryKind.Affine, x, x, count, activation.Alpha, 0f);
                break;
            default:
                Unary.Run(UnaryKind.HardSigmoid, x, x, count, activation.Alpha, activation.Beta);
                break;
        }
    }
}
