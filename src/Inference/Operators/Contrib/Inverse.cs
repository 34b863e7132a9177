using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>The inverse of each matrix X[.., M, M], by Gauss–Jordan elimination with row pivots in double; a singular matrix gives infinities or NaN. Source: com.microsoft Inverse.</summary>
internal sealed class Inverse : FloatOperator
{
    protected override void InferOutputs(InferContext context) => context.SetOutput(0, context.InputType(0), context.InputShape(0));

    public override void PropagateBatch(BatchContext context)
    {
        int axis = context.InputAxis(0);
        context.SetOutputAxis(0, axis >= 0 && (context.InputShape(0) is not { } x || axis >= x.Length - 2) ? BatchContext.Mixed : axis);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private static void Compute<C>(KernelContext context)
        where C : unmanaged, INumber<C>
    {
        Tensor x = context.Input(0);
        int size = (int)x.Dims[^1];
        int area = checked(size * size);
        var matrix = new double[area];
        var inverse = new double[area];
        for (int start = 0; area > 0 && start < x.Count; start += area)
        {
            ReadOnlySpan<C> from = x.Span<C>().Slice(start, area);
            for (int i = 0; i < area; i++)
            {
                matrix[i] = double.CreateTruncating(from[i]);
                inverse[i] = i % (size + 1) == 0 ? 1 : 0;
            }

            Invert(context, matrix, inverse, size);
            Span<C> to = context.Output(0).Span<C>().Slice(start, area);
            for (int i = 0; i < area; i++)
            {
                to[i] = C.CreateTruncating(inverse[i]);
            }
        }
    }

    private static void Invert(KernelContext context, double[] matrix, double[] inverse, int size)
    {
        for (int column = 0; column < size; column++)
        {
            context.ThrowIfCancelled();
            int pivot = column;
            for (int row = column + 1; row < size; row++)
            {
                pivot = Math.Abs(matrix[(row * size) + column]) > Math.Abs(matrix[(pivot * size) + column]) ? row : pivot;
            }

            Swap(matrix, pivot, column, size);
            Swap(inverse, pivot, column, size);
            double scale = 1 / matrix[(column * size) + column];
            Scale(matrix.AsSpan(column * size, size), scale);
            Scale(inverse.AsSpan(column * size, size), scale);
            for (int row = 0; row < size; row++)
            {
                double factor = matrix[(row * size) + column];
                if (row != column && factor != 0)
                {
                    Subtract(matrix, row, column, size, factor);
                    Subtract(inverse, row, column, size, factor);
                }
            }
        }
    }

    private static void Swap(double[] values, int a, int b, int size)
    {
        for (int i = 0; a != b && i < size; i++)
        {
            (values[(a * size) + i], values[(b * size) + i]) = (values[(b * size) + i], values[(a * size) + i]);
        }
    }

    private static void Scale(Span<double> row, double scale)
    {
        foreach (ref double value in row)
        {
            value *= scale;
        }
    }

    private static void Subtract(double[] values, int row, int from, int size, double factor)
    {
        for (int i = 0; i < size; i++)
        {
            values[(row * size) + i] -= factor * values[(from * size) + i];
        }
    }
}
