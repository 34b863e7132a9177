using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>Running folds of the columns of x[outer, length, inner], in the order of the axis: of several outer ones at a time where inner is 1, else of neighbouring columns, a lane each.</summary>
internal unsafe struct CumulativeRun<TReducer, E, T, C> : IBlockAction
    where TReducer : struct, IReducer
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>, IMinMaxValue<C>
{
    /// <summary>Columns whose folds stay in the first-level cache.</summary>
    public const int TileColumns = 1024;

    /// <summary>Runs that are folded side by side, as each step waits for the one before it.</summary>
    public const int RowsAtOnce = 4;

    // Steps between two looks at the clock.
    private const long PartLength = 1 << 14;

    public T* X;
    public T* Y;
    public long Outer;
    public long Length;
    public long Inner;
    public long Tiles;
    public long Tasks;
    public int Blocks;
    public bool Exclusive;
    public bool Reverse;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int block)
    {
        using var sums = new AlignedScratch<C>(TileColumns);
        using var row = new AlignedScratch<C>(typeof(T) == typeof(C) ? 0 : 2 * TileColumns);
        var work = default(WorkCounter);
        long end = EqualParts.Start(Tasks, block + 1, Blocks);
        for (long task = EqualParts.Start(Tasks, block, Blocks); task < end; task++)
        {
            if (Inner > 1)
            {
                (long outer, long tile) = Math.DivRem(task, Tiles);
                long first = tile * TileColumns;
                Columns((outer * Length * Inner) + first, (int)Math.Min(TileColumns, Inner - first), sums.Pointer, row.Pointer, ref work);
                continue;
            }

            long firstRow = task * RowsAtOnce;
            if (Outer - firstRow >= RowsAtOnce)
            {
                Four(firstRow * Length, ref work);
            }
            else
            {
                for (long r = firstRow; r < Outer; r++)
                {
                    One(r * Length, ref work);
                }
            }
        }
    }

    private readonly void Columns(long offset, int columns, C* sums, C* row, ref WorkCounter work)
    {
        new Span<C>(sums, columns).Fill(TReducer.Start<C>());
        for (long k = 0; k < Length; k++)
        {
            work.Add(1 + (columns / 2));
            long at = offset + ((Reverse ? Length - 1 - k : k) * Inner);
            if (typeof(T) == typeof(C))
            {
                Row((C*)(X + at), sums, (C*)(Y + at), columns);
                continue;
            }

            E.Load(X + at, row, columns);
            Row(row, sums, row + TileColumns, columns);
            E.Store(row + TileColumns, Y + at, columns);
        }
    }

    // sums = sums ∘ x; y = sums after, or before where the element itself is left out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(C* x, C* sums, C* y, nint columns)
    {
        bool exclusive = Exclusive;
        nint i = 0;
        for (; i <= columns - Vector<C>.Count; i += Vector<C>.Count)
        {
            Vector<C> before = Vector.Load(sums + i);
            Vector<C> after = TReducer.Merge(before, Vector.Load(x + i));
            after.Store(sums + i);
            (exclusive ? before : after).Store(y + i);
        }

        for (; i < columns; i++)
        {
            C before = sums[i];
            C after = TReducer.Merge(before, x[i]);
            sums[i] = after;
            y[i] = exclusive ? before : after;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Four(long offset, ref WorkCounter work)
    {
        bool exclusive = Exclusive;
        long length = Length;
        long step = Reverse ? -1 : 1;
        long at = offset + (Reverse ? length - 1 : 0);
        C a = TReducer.Start<C>();
        C b = a;
        C c = a;
        C d = a;
        for (long done = 0; done < length; done += PartLength)
        {
            long count = Math.Min(PartLength, length - done);
            work.Add(RowsAtOnce * count);
            T* x = X + at;
            T* y = Y + at;
            for (long k = count; k > 0; k--, x += step, y += step)
            {
                C nextA = TReducer.Merge(a, E.Load(x[0]));
                C nextB = TReducer.Merge(b, E.Load(x[length]));
                C nextC = TReducer.Merge(c, E.Load(x[2 * length]));
                C nextD = TReducer.Merge(d, E.Load(x[3 * length]));
                y[0] = E.Store(exclusive ? a : nextA);
                y[length] = E.Store(exclusive ? b : nextB);
                y[2 * length] = E.Store(exclusive ? c : nextC);
                y[3 * length] = E.Store(exclusive ? d : nextD);
                a = nextA;
                b = nextB;
                c = nextC;
                d = nextD;
            }

            at += step * count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void One(long offset, ref WorkCounter work)
    {
        bool exclusive = Exclusive;
        long step = Reverse ? -1 : 1;
        long at = offset + (Reverse ? Length - 1 : 0);
        C sum = TReducer.Start<C>();
        for (long done = 0; done < Length; done += PartLength)
        {
            long count = Math.Min(PartLength, Length - done);
            work.Add(count);
            T* x = X + at;
            T* y = Y + at;
            for (long k = count; k > 0; k--, x += step, y += step)
            {
                C next = TReducer.Merge(sum, E.Load(*x));
                *y = E.Store(exclusive ? sum : next);
                sum = next;
            }

            at += step * count;
        }
    }
}
