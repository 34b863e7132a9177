using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Reduction;
using Inference.Operators.Typed;

namespace Inference.Operators.Sorting;

/// <summary>
/// The k best of each column of x[outer, size, inner], best first, of equals the first: elements become ordered keys, few of them candidates, and these are sorted with their positions.
/// </summary>
internal unsafe struct TopLines<E, T, C, K> : IBlockAction
    where E : struct, IElement<T, C>
    where T : unmanaged
    where C : unmanaged, INumber<C>
    where K : unmanaged, IBinaryInteger<K>, IMinMaxValue<K>, ISignedNumber<K>
{
    /// <summary>Columns whose keys are made at once, so that rows are read by cache lines.</summary>
    public const int TileColumns = 64;

    /// <summary>Elements of a column that lists of positions can be made for.</summary>
    public const int MaxSize = 1 << 22;

    // Columns of which the best are found by rows, and the keys of rows that are made at once.
    private const int BestColumns = 512;
    private const int RowKeys = 4096;

    // Units of WorkCounter of an element, and of a sorted one.
    private const int KeyWork = 2;
    private const int SortWork = 20;

    // Most memory for the keys of columns.
    private const long TileBytes = 1 << 18;

    public T* X;
    public T* Values;
    public long* Indices;
    public int Size;
    public int Count;
    public long Inner;
    public long Tiles;
    public long Tasks;
    public bool Largest;
    public int Blocks;

    /// <summary>Columns of a task.</summary>
    public readonly int Columns => Inner == 1 ? 1 : Count == 1 ? BestColumns : (int)Math.Clamp(TileBytes / ((long)Size * sizeof(K)), 1, TileColumns);

    public readonly void Invoke(int block)
    {
        if (Inner > 1 && Count == 1)
        {
            BestOfColumns(block);
            return;
        }

        int columns = Columns;
        using var keys = new AlignedScratch<K>(columns * (nint)Size);
        using var row = new AlignedScratch<C>(Math.Max(columns, typeof(T) == typeof(C) ? 1 : Size));
        using var rowKeys = new AlignedScratch<K>(TileColumns);
        using var groups = new AlignedScratch<K>(TopSelection.Groups<K>(Size, Count));
        using var positions = new AlignedScratch<int>(Size);
        using var sorted = new AlignedScratch<ulong>(2 * (nint)Size);
        using var heap = new AlignedScratch<long>(sizeof(K) == sizeof(long) ? 2 * (nint)Count : 0);
        var work = default(WorkCounter);
        long end = EqualParts.Start(Tasks, block + 1, Blocks);
        for (long task = EqualParts.Start(Tasks, block, Blocks); task < end; task++)
        {
            (long outer, long tile) = Math.DivRem(task, Tiles);
            long first = tile * columns;
            int count = (int)Math.Min(columns, Inner - first);
            T* x = X + (outer * Size * Inner) + first;
            work.Add((long)KeyWork * count);
            MakeKeys(x, count, keys.Pointer, row.Pointer, rowKeys.Pointer, ref work);
            for (int i = 0; i < count; i++)
            {
                int* best = positions.Pointer;
                K* line = keys.Pointer + (i * (nint)Size);
                work.Add((KeyWork * (long)Size / 4) + ((long)SortWork * Count));
                if (Count == 1)
                {
                    K largest = *line;
                    *best = Math.Max(0, ArgRun.Best<ArgMaximum, K>(line, Size, ref largest, last: false));
                }
                else
                {
                    Sort(line, TopSelection.Run(line, Size, Count, groups.Pointer, best), best, sorted.Pointer, heap.Pointer, ref work);
                }

                Write(x + i, (outer * Count * Inner) + first + i, best);
            }
        }
    }

    // The one best of columns that lie next to each other, row by row.
    private readonly void BestOfColumns(int block)
    {
        using var keys = new AlignedScratch<K>(RowKeys);
        using var row = new AlignedScratch<C>(BestColumns);
        using var best = new AlignedScratch<K>(BestColumns);
        using var at = new AlignedScratch<K>(BestColumns);
        var work = default(WorkCounter);
        long end = EqualParts.Start(Tasks, block + 1, Blocks);
        for (long task = EqualParts.Start(Tasks, block, Blocks); task < end; task++)
        {
            (long outer, long tile) = Math.DivRem(task, Tiles);
            long first = tile * BestColumns;
            int columns = (int)Math.Min(BestColumns, Inner - first);
            T* x = X + (outer * Size * Inner) + first;
            best.Span[..columns].Fill(K.MinValue);
            at.Span[..columns].Clear();
            int most = RowKeys / columns;
            for (int p = 0; p < Size; p += most)
            {
                int rows = Math.Min(most, Size - p);
                work.Add((long)KeyWork * rows * columns / 4);
                for (int r = 0; r < rows; r++)
                {
                    C* from = (C*)(x + ((p + r) * Inner));
                    if (typeof(T) != typeof(C))
                    {
                        E.Load(x + ((p + r) * Inner), row.Pointer, columns);
                        from = row.Pointer;
                    }

                    OrderedKeys.Make(from, keys.Pointer + (r * columns), columns, Largest);
                }

                ArgRun.Rows<ArgMaximum, K, K>(keys.Pointer, rows, columns, best.Pointer, at.Pointer, columns, p, last: false);
            }

            for (int i = 0; i < columns; i++)
            {
                int position = int.CreateTruncating(at.Pointer[i]);
                Write(x + i, (outer * Inner) + first + i, &position);
            }
        }
    }

    // keys[column, position] of columns that lie next to each other.
    private readonly void MakeKeys(T* x, int columns, K* keys, C* row, K* rowKeys, ref WorkCounter work)
    {
        if (Inner == 1)
        {
            C* from = (C*)x;
            if (typeof(T) != typeof(C))
            {
                E.Load(x, row, Size);
                from = row;
            }

            OrderedKeys.Make(from, keys, Size, Largest);
            return;
        }

        if (columns == Inner && typeof(T) == typeof(C))
        {
            // Rows that follow each other, some at a time.
            int most = Math.Max(1, TileColumns / columns);
            for (int p = 0; p < Size; p += most)
            {
                int rows = Math.Min(most, Size - p);
                work.Add(1 + (rows * columns));
                OrderedKeys.Make((C*)(x + (p * Inner)), rowKeys, rows * columns, Largest);
                K* key = rowKeys;
                for (int r = 0; r < rows; r++)
                {
                    K* target = keys + p + r;
                    for (int i = 0; i < columns; i++, target += Size)
                    {
                        *target = *key++;
                    }
                }
            }

            return;
        }

        for (int p = 0; p < Size; p++, x += Inner)
        {
            work.Add(1 + columns);
            C* from = (C*)x;
            if (typeof(T) != typeof(C))
            {
                E.Load(x, row, columns);
                from = row;
            }

            OrderedKeys.Make(from, rowKeys, columns, Largest);
            K* to = keys + p;
            for (int i = 0; i < columns; i++, to += Size)
            {
                *to = rowKeys[i];
            }
        }
    }

    // Orders candidates, which come in ascending positions, best first.
    private readonly void Sort(K* keys, int candidates, int* positions, ulong* sorted, long* heap, ref WorkCounter work)
    {
        if (sizeof(K) == sizeof(long))
        {
            var top = new TopHeap<K>(heap, (K*)(heap + Count), Count, largest: true);
            for (int i = 0; i < candidates; i++)
            {
                work.Add(SortWork);
                top.Offer(keys[positions[i]], positions[i]);
            }

            top.Sort(ref work);
            for (int i = 0; i < Count; i++)
            {
                positions[i] = (int)heap[i];
            }

            return;
        }

        work.Add((long)SortWork * candidates);
        for (int i = 0; i < candidates; i++)
        {
            // The largest key becomes the smallest number.
            uint descending = ~(uint.CreateTruncating(keys[positions[i]]) ^ 0x80000000);
            sorted[i] = ((ulong)descending << 32) | (uint)positions[i];
        }

        if (candidates >= RadixSort.Least)
        {
            RadixSort.Run(sorted, sorted + Size, candidates);
        }
        else
        {
            new Span<ulong>(sorted, candidates).Sort();
        }

        for (int i = 0; i < Count; i++)
        {
            positions[i] = (int)(uint)sorted[i];
        }
    }

    private readonly void Write(T* x, long at, int* positions)
    {
        for (int p = 0; p < Count; p++, at += Inner)
        {
            if (Values != null)
            {
                Values[at] = x[positions[p] * Inner];
            }

            if (Indices != null)
            {
                Indices[at] = positions[p];
            }
        }
    }
}
