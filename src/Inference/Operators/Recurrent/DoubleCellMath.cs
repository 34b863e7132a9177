using Inference.Kernels.Gemm;

namespace Inference.Operators.Recurrent;

/// <summary>Recurrent cells in double, plain loops.</summary>
internal readonly unsafe struct DoubleCellMath : ICellMath<double>
{
    // Multiply-adds between two looks at the clock.
    private const long CheckEvery = 1 << 16;

    public static void Multiply(double* a, PackedMatrix? packed, double* b, double* c, nint ldc, nint m, nint n, nint k, double* bias, double* residual, nint residualStride, KernelContext context)
    {
        long budget = CheckEvery;
        for (nint i = 0; i < m; i++)
        {
            for (nint j = 0; j < n; j++)
            {
                budget -= k;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = CheckEvery;
                }

                double sum = 0;
                for (nint p = 0; p < k; p++)
                {
                    sum += a[(i * k) + p] * b[(j * k) + p];
                }

                sum += bias is null ? 0 : bias[j];
                c[(i * ldc) + j] = sum + (residual is null ? 0 : residual[(i * residualStride) + j]);
            }
        }
    }

    public static void Activate(in CellActivation activation, double* x, nint count)
    {
        (double alpha, double beta) = (activation.Alpha, activation.Beta);
        for (nint i = 0; i < count; i++)
        {
            double v = x[i];
            x[i] = activation.Function switch
            {
                CellFunction.Sigmoid => 1 / (1 + Math.Exp(-v)),
                CellFunction.Tanh => Math.Tanh(v),
                CellFunction.Relu => Math.Max(0, v),
                CellFunction.Softsign => v / (1 + Math.Abs(v)),
                CellFunction.Softplus => Math.Max(v, 0) + Math.Log(1 + Math.Exp(-Math.Abs(v))),
                CellFunction.LeakyRelu => v < 0 ? alpha * v : v,
                CellFunction.ThresholdedRelu => v >= alpha ? v : 0,
                CellFunction.Elu => v < 0 ? alpha * (Math.Exp(v) - 1) : v,
                CellFunction.Affine => (alpha * v) + beta,
                CellFunction.ScaledTanh => alpha * Math.Tanh(beta * v),
                _ => Math.Min(Math.Max((alpha * v) + beta, 0), 1),
            };
        }
    }
}
