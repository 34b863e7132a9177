using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;

namespace Inference.Operators.Normalization;

/// <summary>Mean, deviation and scaling of contiguous rows, by vectors.</summary>
internal static unsafe class RowNormalization
{
    // Elements between two looks at the clock.
    private const int PartElements = 1 << 16;

    /// <summary>The mean of a row and 1/√(variance + epsilon). The variance is the mean of squared differences, in two passes, over vector lanes.</summary>
    public static void Statistics<C>(ReadOnlySpan<C> row, C epsilon, out C mean, out C inverse)
        where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
    {
        C count = C.CreateTruncating(row.Length);
        C sum = C.Zero;
        C squares = C.Zero;
        var work = default(WorkCounter);
        fixed (C* x = row)
        {
            for (int i = 0; i < row.Length; i += PartElements)
            {
                int part = Math.Min(PartElements, row.Length - i);
                work.Add(part / 4);
                sum += ReductionRun.Run<Reducers.Sum, C>(x + i, part);
            }

            mean = sum / count;
            for (int i = 0; i < row.Length; i += PartElements)
            {
                int part = Math.Min(PartElements, row.Length - i);
                work.Add(part / 4);
                squares += Squares(x + i, part, mean);
            }
        }

        inverse = C.One / C.Sqrt((squares / count) + epsilon);
    }

    /// <summary>1/√(mean of squares + epsilon).</summary>
    public static C InverseRms<C>(ReadOnlySpan<C> row, C epsilon)
        where C : unmanaged, IFloatingPointIeee754<C> =>
        C.One / C.Sqrt((TensorPrimitives.SumOfSquares(row) / C.CreateTruncating(row.Length)) + epsilon);

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

    /// <summary>y = (x − mean)·factor + bias; y is other memory than x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale<C>(C* x, C* y, nint count, C mean, C factor, C bias, ref WorkCounter work)
        where C : unmanaged, INumber<C>
    {
        var means = new Vector<C>(mean);
        var factors = new Vector<C>(factor);
        var biases = new Vector<C>(bias);
        for (nint i = 0; i < count;)
        {
            nint end = nint.Min(count, i + PartElements);
            work.Add(1 + ((end - i) / 4));
            for (; i <= end - Vector<C>.Count; i += Vector<C>.Count)
            {
                (((Vector.Load(x + i) - means) * factors) + biases).Store(y + i);
            }

            if (i < end && end >= Vector<C>.Count)
            {
                // A vector that ends with the row; some results are stored again.
                i = end - Vector<C>.Count;
                (((Vector.Load(x + i) - means) * factors) + biases).Store(y + i);
                i = end;
            }

            for (; i < end; i++)
            {
                y[i] = ((x[i] - mean) * factor) + bias;
            }
        }
    }

    /// <summary>y = x·factor + shift; y is other memory than x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine<C>(C* x, C* y, nint count, C factor, C shift, ref WorkCounter work)
        where C : unmanaged, INumber<C>
    {
        var factors = new Vector<C>(factor);
        var shifts = new Vector<C>(shift);
        for (nint i = 0; i < count;)
        {
            nint end = nint.Min(count, i + PartElements);
            work.Add(1 + ((end - i) / 4));
            for (; i <= end - Vector<C>.Count; i += Vector<C>.Count)
            {
                ((Vector.Load(x + i) * factors) + shifts).Store(y + i);
            }

            if (i < end && end >= Vector<C>.Count)
            {
                // A vector that ends with the row; some results are stored again.
                i = end - Vector<C>.Count;
                ((Vector.Load(x + i) * factors) + shifts).Store(y + i);
                i = end;
            }

            for (; i < end; i++)
            {
                y[i] = (x[i] * factor) + shift;
            }
        }
    }

    /// <summary>y[i] = x[i]·factors[i] + shifts[i].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine<C>(C* x, C* y, nint count, C* factors, C* shifts, ref WorkCounter work)
        where C : unmanaged, INumber<C>
    {
        for (nint i = 0; i < count;)
        {
            nint end = nint.Min(count, i + PartElements);
            work.Add(1 + ((end - i) / 4));
            for (; i <= end - Vector<C>.Count; i += Vector<C>.Count)
            {
                ((Vector.Load(x + i) * Vector.Load(factors + i)) + Vector.Load(shifts + i)).Store(y + i);
            }

            for (; i < end; i++)
            {
                y[i] = (x[i] * factors[i]) + shifts[i];
            }
        }
    }

    // Σ (x − mean)²
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static C Squares<C>(C* x, nint count, C mean)
        where C : unmanaged, INumber<C>
    {
        nint lanes = Vector<C>.Count;
        var means = new Vector<C>(mean);
        Vector<C> a = Vector<C>.Zero;
        Vector<C> b = a;
        Vector<C> c = a;
        Vector<C> d = a;
        nint i = 0;
        for (; i <= count - (4 * lanes); i += 4 * lanes)
        {
            Vector<C> p = Vector.Load(x + i) - means;
            Vector<C> q = Vector.Load(x + i + lanes) - means;
            Vector<C> r = Vector.Load(x + i + (2 * lanes)) - means;
            Vector<C> s = Vector.Load(x + i + (3 * lanes)) - means;
            a += p * p;
            b += q * q;
            c += r * r;
            d += s * s;
        }

        for (; i <= count - lanes; i += lanes)
        {
            Vector<C> p = Vector.Load(x + i) - means;
            a += p * p;
        }

        C sum = Vector.Sum(a + b + (c + d));
        for (; i < count; i++)
        {
            C difference = x[i] - mean;
            sum += difference * difference;
        }

        return sum;
    }
}
