using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>The determinant of each matrix of [.., M, M], by elimination with row pivots. Source: ONNX Det, opsets 11 and 22.</summary>
internal sealed unsafe class Det : FloatOperator
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        context.SetOutput(0, type, context.InputShape(0)?[..^2]);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        context.SetOutputAxis(0, batch >= 0 && context.InputShape(0) is { } x && batch >= x.Length - 2 ? BatchContext.Mixed : batch);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private static void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Count == 0)
        {
            return;
        }

        long m = x.Dims[^1];
        double* matrix = (double*)context.Scratch(Math.Max(1, m * m) * sizeof(double));
        var work = default(WorkCounter);
        for (long i = 0; i < y.Count; i++)
        {
            for (long j = 0; j < m * m; j++)
            {
                work.Add(1);
                matrix[j] = double.CreateTruncating(((C*)x.Data)[i * m * m + j]);
            }

            ((C*)y.Data)[i] = C.CreateTruncating(Eliminate(matrix, m));
        }
    }

    private static double Eliminate(double* a, long m)
    {
        double determinant = 1;
        var work = default(WorkCounter);
        for (long column = 0; column < m; column++)
        {
            long pivot = column;
            work.Add(m - column);
            for (long row = column + 1; row < m; row++)
            {
                pivot = Math.Abs(a[row * m + column]) > Math.Abs(a[pivot * m + column]) ? row : pivot;
            }

            if (a[pivot * m + column] == 0)
            {
                return 0;
            }

            if (pivot != column)
            {
                determinant = -determinant;
                for (long k = 0; k < m; k++)
                {
                    (a[pivot * m + k], a[column * m + k]) = (a[column * m + k], a[pivot * m + k]);
                }
            }

            determinant *= a[column * m + column];
            for (long row = column + 1; row < m; row++)
            {
                work.Add(m - column);
                double factor = a[row * m + column] / a[column * m + column];
                for (long k = column; k < m; k++)
                {
                    a[row * m + k] -= factor * a[column * m + k];
                }
            }
        }

        return determinant;
    }
}
