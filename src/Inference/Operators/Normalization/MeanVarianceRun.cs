using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;

namespace Inference.Operators.Normalization;

/// <summary>
/// (x − mean)/(√var + 1e-9), or without the division, of each unit of a <see cref="ReductionShape"/> and each of its columns; in double, in three passes: sums, squared differences, results.
/// </summary>
internal unsafe struct MeanVarianceRun<C> : IBlockAction
    where C : unmanaged, IFloatingPointIeee754<C>
{
    /// <summary>Columns whose statistics stay in the first-level cache.</summary>
    public const int TileColumns = 1024;

    // Elements between two looks at the clock.
    private const int PartElements = 1 << 15;

    public C* X;
    public C* Y;
    public ReductionShape Shape;
    public long Tiles;
    public long Group;
    public bool Divides;
    public int Blocks;

    private enum Pass
    {
        Sums,
        Squares,
        Results,
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int block)
    {
        using var statistics = new AlignedScratch<double>(2 * TileColumns);
        double* mean = statistics.Pointer;
        double* spread = mean + TileColumns;
        ReductionShape shape = Shape;
        var work = default(WorkCounter);
        long tasks = shape.Units * Tiles;
        long end = EqualParts.Start(tasks, block + 1, Blocks);
        for (long task = EqualParts.Start(tasks, block, Blocks); task < end; task++)
        {
            (long unit, long tile) = Math.DivRem(task, Tiles);
            int columns = (int)Math.Min(TileColumns, shape.Inner - (tile * TileColumns));
            long offset = shape.UnitOffset(unit) + (tile * TileColumns);
            new Span<double>(mean, columns).Clear();
            new Span<double>(spread, columns).Clear();
            Walk(Pass.Sums, ref shape, offset, columns, mean, spread, ref work);
            for (int i = 0; i < columns; i++)
            {
                mean[i] /= Group;
            }

            if (Divides)
            {
                Walk(Pass.Squares, ref shape, offset, columns, mean, spread, ref work);
            }

            for (int i = 0; i < columns; i++)
            {
                spread[i] = Divides ? 1 / (Math.Sqrt(spread[i] / Group) + 1e-9) : 1;
            }

            Walk(Pass.Results, ref shape, offset, columns, mean, spread, ref work);
        }
    }

    private readonly void Walk(Pass pass, ref ReductionShape shape, long offset, int columns, double* mean, double* spread, ref WorkCounter work)
    {
        for (long r = 0; r < shape.Repeats; r++)
        {
            bool runs = shape.Inner == 1;
            long count = runs ? shape.Length : columns;
            for (long row = 0; row < (runs ? 1 : shape.Length); row++)
            {
                C* x = X + offset + (row * shape.Inner);
                C* y = Y + offset + (row * shape.Inner);
                for (long i = 0; i < count; i += PartElements)
                {
                    nint part = (nint)Math.Min(PartElements, count - i);
                    work.Add(1 + (part / 2));
                    switch (pass)
                    {
                        case Pass.Sums when runs: *mean += Sum(x + i, part); break;
                        case Pass.Sums: AddRow(x + i, mean, part); break;
                        case Pass.Squares when runs: *spread += Squares(x + i, part, *mean); break;
                        case Pass.Squares: AddSquares(x + i, mean, spread, part); break;
                        default: Results(x + i, y + i, part, mean, spread, runs); break;
                    }
                }
            }

            shape.NextRepeat(ref offset);
        }
    }

    // Two vectors of doubles from as many elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(C* x, out Vector<double> low, out Vector<double> high)
    {
        if (typeof(C) == typeof(float))
        {
            Vector.Widen(Vector.Load((float*)x), out low, out high);
        }
        else
        {
            low = Vector.Load((double*)x);
            high = Vector.Load((double*)x + Vector<double>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(C* y, Vector<double> low, Vector<double> high)
    {
        if (typeof(C) == typeof(float))
        {
            Vector.Narrow(low, high).Store((float*)y);
        }
        else
        {
            low.Store((double*)y);
            high.Store((double*)y + Vector<double>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(C* x, nint count)
    {
        nint step = 2 * Vector<double>.Count;
        Vector<double> a = default;
        Vector<double> b = default;
        Vector<double> c = default;
        Vector<double> d = default;
        nint i = 0;
        for (; i <= count - (2 * step); i += 2 * step)
        {
            Load(x + i, out Vector<double> p, out Vector<double> q);
            Load(x + i + step, out Vector<double> r, out Vector<double> s);
            a += p;
            b += q;
            c += r;
            d += s;
        }

        double sum = Vector.Sum(a + b + (c + d));
        for (; i < count; i++)
        {
            sum += double.CreateTruncating(x[i]);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Squares(C* x, nint count, double mean)
    {
        nint step = 2 * Vector<double>.Count;
        var means = new Vector<double>(mean);
        Vector<double> a = default;
        Vector<double> b = default;
        Vector<double> c = default;
        Vector<double> d = default;
        nint i = 0;
        for (; i <= count - (2 * step); i += 2 * step)
        {
            Load(x + i, out Vector<double> p, out Vector<double> q);
            Load(x + i + step, out Vector<double> r, out Vector<double> s);
            p -= means;
            q -= means;
            r -= means;
            s -= means;
            a += p * p;
            b += q * q;
            c += r * r;
            d += s * s;
        }

        double sum = Vector.Sum(a + b + (c + d));
        for (; i < count; i++)
        {
            double difference = double.CreateTruncating(x[i]) - mean;
            sum += difference * difference;
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow(C* x, double* sums, nint count)
    {
        nint half = Vector<double>.Count;
        nint i = 0;
        for (; i <= count - (2 * half); i += 2 * half)
        {
            Load(x + i, out Vector<double> low, out Vector<double> high);
            (Vector.Load(sums + i) + low).Store(sums + i);
            (Vector.Load(sums + i + half) + high).Store(sums + i + half);
        }

        for (; i < count; i++)
        {
            sums[i] += double.CreateTruncating(x[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddSquares(C* x, double* means, double* sums, nint count)
    {
        nint half = Vector<double>.Count;
        nint i = 0;
        for (; i <= count - (2 * half); i += 2 * half)
        {
            Load(x + i, out Vector<double> low, out Vector<double> high);
            low -= Vector.Load(means + i);
            high -= Vector.Load(means + i + half);
            (Vector.Load(sums + i) + (low * low)).Store(sums + i);
            (Vector.Load(sums + i + half) + (high * high)).Store(sums + i + half);
        }

        for (; i < count; i++)
        {
            double difference = double.CreateTruncating(x[i]) - means[i];
            sums[i] += difference * difference;
        }
    }

    // One mean and spread for a run, else one for each column.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Results(C* x, C* y, nint count, double* means, double* spreads, bool runs)
    {
        nint half = Vector<double>.Count;
        nint i = 0;
        var lowMean = new Vector<double>(*means);
        var lowSpread = new Vector<double>(*spreads);
        Vector<double> highMean = lowMean;
        Vector<double> highSpread = lowSpread;
        for (; i <= count - (2 * half); i += 2 * half)
        {
            if (!runs)
            {
                lowMean = Vector.Load(means + i);
                highMean = Vector.Load(means + i + half);
                lowSpread = Vector.Load(spreads + i);
                highSpread = Vector.Load(spreads + i + half);
            }

            Load(x + i, out Vector<double> low, out Vector<double> high);
            Store(y + i, (low - lowMean) * lowSpread, (high - highMean) * highSpread);
        }

        for (; i < count; i++)
        {
            nint at = runs ? 0 : i;
            y[i] = C.CreateTruncating((double.CreateTruncating(x[i]) - means[at]) * spreads[at]);
        }
    }
}
