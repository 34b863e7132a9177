using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Reduction;

/// <summary>The index of the best element of each column of x[outer, length, inner]: of whole columns where inner is 1, else of neighbouring columns, a lane each.</summary>
internal unsafe struct ArgColumns<TOrder, E, T, C, I> : IBlockAction
    where TOrder : struct, IArgOrder
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>
    where I : unmanaged, IBinaryInteger<I>
{
    /// <summary>Columns whose best stay in the first-level cache.</summary>
    public const int TileColumns = 512;

    // Elements that are widened at once, and elements between two looks at the clock.
    private const int AtOnce = 4096;
    private const long PartElements = 1 << 16;

    // Runs of fewer elements are searched a lane each, so many at a time.
    private const int ShortLength = 16;
    private const int RowsAtOnce = 64;

    public T* X;
    public long* Y;
    public long Outer;
    public long Length;
    public long Inner;
    public long Tiles;
    public int Blocks;
    public bool Last;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Invoke(int block)
    {
        using var widened = new AlignedScratch<C>(typeof(T) == typeof(C) ? 0 : AtOnce);
        using var best = new AlignedScratch<C>(TileColumns);
        using var at = new AlignedScratch<I>(TileColumns);
        var work = default(WorkCounter);
        long tasks = Outer * Tiles;
        if (Inner == 1 && Length <= ShortLength)
        {
            ShortRows(EqualParts.Start(tasks, block, Blocks), EqualParts.Start(tasks, block + 1, Blocks), best.Pointer, at.Pointer, ref work);
            return;
        }

        for (long task = EqualParts.Start(tasks, block, Blocks); task < EqualParts.Start(tasks, block + 1, Blocks); task++)
        {
            if (Inner == 1)
            {
                Y[task] = Column(X + (task * Length), widened.Pointer, ref work);
                continue;
            }

            (long outer, long tile) = Math.DivRem(task, Tiles);
            long first = tile * TileColumns;
            int columns = (int)Math.Min(TileColumns, Inner - first);
            Columns(X + (outer * Length * Inner) + first, columns, best.Pointer, at.Pointer, widened.Pointer, ref work);
            long* y = Y + (outer * Inner) + first;
            for (int i = 0; i < columns; i++)
            {
                y[i] = long.CreateTruncating(at.Pointer[i]);
            }
        }
    }

    // Rows that fill few lanes are turned, a lane each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void ShortRows(long first, long end, C* best, I* at, ref WorkCounter work)
    {
        using var turned = new AlignedScratch<C>(RowsAtOnce * ShortLength);
        int length = (int)Length;
        for (long row = first; row < end; row += RowsAtOnce)
        {
            int rows = (int)Math.Min(RowsAtOnce, end - row);
            work.Add((long)rows * length);
            T* from = X + (row * length);
            for (int r = 0; r < rows; r++)
            {
                C* to = turned.Pointer + r;
                for (int k = 0; k < length; k++, to += RowsAtOnce)
                {
                    *to = E.Load(*from++);
                }
            }

            new ReadOnlySpan<C>(turned.Pointer, rows).CopyTo(new Span<C>(best, rows));
            new Span<I>(at, rows).Clear();
            ArgRun.Rows<TOrder, C, I>(turned.Pointer + RowsAtOnce, length - 1, RowsAtOnce, best, at, rows, 1, Last);
            for (int r = 0; r < rows; r++)
            {
                Y[row + r] = long.CreateTruncating(at[r]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly long Column(T* x, C* widened, ref WorkCounter work)
    {
        C best = E.Load(*x);
        long at = 0;
        long most = typeof(T) == typeof(C) ? PartElements : AtOnce;
        for (long i = 0; i < Length; i += most)
        {
            int count = (int)Math.Min(most, Length - i);
            work.Add(count);
            C* from = (C*)(x + i);
            if (typeof(T) != typeof(C))
            {
                E.Load(x + i, widened, count);
                from = widened;
            }

            int found = ArgRun.Best<TOrder, C>(from, count, ref best, Last);
            at = found >= 0 ? i + found : at;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Columns(T* x, int columns, C* best, I* at, C* widened, ref WorkCounter work)
    {
        E.Load(x, best, columns);
        new Span<I>(at, columns).Clear();
        long most = Math.Max(1, (typeof(T) == typeof(C) ? PartElements : AtOnce) / columns);
        for (long k = 1; k < Length; k += most)
        {
            int rows = (int)Math.Min(most, Length - k);
            work.Add((long)rows * columns);
            C* from = (C*)(x + (k * Inner));
            long stride = Inner;
            if (typeof(T) != typeof(C))
            {
                for (int r = 0; r < rows; r++)
                {
                    E.Load(x + ((k + r) * Inner), widened + (r * columns), columns);
                }

                from = widened;
                stride = columns;
            }

            ArgRun.Rows<TOrder, C, I>(from, rows, (nint)stride, best, at, columns, k, Last);
        }
    }
}
