using Inference.Kernels.Gemm;

namespace Inference.Operators.Recurrent;

/// <summary>Recurrent cells in double, plain loops.</summary>
internal readonly unsafe struct DoubleCellMath : ICellMath<double>
{
    public static void Multiply(double* a, PackedMatrix? packed, double* b, double* c, nint ldc, nint m, nint n, nint k, double* bias, double* residual, nint residualStride, KernelContext context)
    {
        long budget = KernelContext.CheckEvery;
        for (nint i = 0; i < m; i++)
        {
            for (nint j = 0; j < n; j++)
            {
                budget -= k;
                if (budget < 0)
                {
                    context.ThrowIfCancelled();
                    budget = KernelContext.CheckEvery;
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

    public static void Activate(UnaryCall activation, double* x, nint count) => activation.Form.Apply(new(x, checked((int)count)), activation.Alpha, activation.Beta);
}
