using System.Numerics;
using System.Numerics.Tensors;
using Inference.Kernels.Threading;

namespace Inference.Operators.Normalization;

/// <summary>Mean, deviation and scaling of contiguous rows.</summary>
internal static unsafe class RowNormalization
{
    /// <summary>The mean of a row and 1/√(variance + epsilon). The variance is the mean of squared differences, in two passes.</summary>
    public static void Statistics<C>(ReadOnlySpan<C> row, C epsilon, out C mean, out C inverse)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        C count = C.CreateTruncating(row.Length);
        mean = TensorPrimitives.Sum(row) / count;
        C squares = C.Zero;
        var work = default(WorkCounter);
        foreach (C value in row)
        {
            work.Add(1);
            C difference = value - mean;
            squares += difference * difference;
        }

        inverse = C.One / C.Sqrt(squares / count + epsilon);
    }

    /// <summary>1/√(mean of squares + epsilon).</summary>
    public static C InverseRms<C>(ReadOnlySpan<C> row, C epsilon)
        where C : unmanaged, IFloatingPointIeee754<C> =>
        C.One / C.Sqrt(TensorPrimitives.SumOfSquares(row) / C.CreateTruncating(row.Length) + epsilon);

    /// <summary>y = (x − mean)·inverse·scale + bias; scale and bias may be left out.</summary>
    public static void Apply<C>(C* x, C* y, long count, C mean, C inverse, C* scale, C* bias)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        var work = default(WorkCounter);
        for (long i = 0; i < count; i++)
        {
            work.Add(2);
            C value = (x[i] - mean) * inverse;
            value = scale is null ? value : value * scale[i];
            y[i] = bias is null ? value : value + bias[i];
        }
    }
}
