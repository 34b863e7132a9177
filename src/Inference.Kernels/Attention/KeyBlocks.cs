using Inference.Kernels.Memory;

namespace Inference.Kernels.Attention;

/// <summary>
/// Which blocks of keys the blocks of queries see, as compressed rows: layout l's block row r sees the block columns Columns[l, Rows[l, r]] to Columns[l, Rows[l, r + 1]]; head h follows
/// layout (h + FirstHead) mod Layouts. Query i stands at position i + <see cref="AttentionArguments.CausalOffset"/>, key j at position j.
/// </summary>
internal unsafe struct KeyBlocks
{
    /// <summary>[Layouts, RowStride]: ascending offsets within the columns.</summary>
    public int* Rows;

    /// <summary>[Layouts, ColumnStride]: block columns, in any order.</summary>
    public int* Columns;

    /// <summary>Layouts, ≥ 1.</summary>
    public int Layouts;

    /// <summary>Block rows of a layout, and one.</summary>
    public int RowStride;

    /// <summary>Entries of a layout.</summary>
    public int ColumnStride;

    /// <summary>Positions of a block, ≥ 1.</summary>
    public int Size;

    /// <summary>The number of the first head.</summary>
    public int FirstHead;

    /// <summary>How many queries from <paramref name="position"/> on are computed together: at most <paramref name="most"/>, within a block or of whole blocks.</summary>
    public readonly int QueriesAt(int position, int most)
    {
        if (Size > most)
        {
            int parts = (Size + most - 1) / most;
            int step = (Size + parts - 1) / parts;
            int within = position % Size;
            return Math.Min(step - (within % step), Size - within);
        }

        int whole = most / Size * Size;
        return whole - (position % whole);
    }

    /// <summary>For each of <paramref name="blocks"/> blocks of keys, which block rows of these queries see it: bit 0 is the first's.</summary>
    /// <param name="head">The head.</param>
    /// <param name="position">The first query's position.</param>
    /// <param name="queries">Queries; their block rows are at most 64.</param>
    /// <param name="seen">Receives the bits.</param>
    /// <param name="blocks">Blocks of keys.</param>
    public readonly void See(int head, int position, int queries, ulong* seen, int blocks)
    {
        new Span<ulong>(seen, blocks).Clear();
        int layout = (head + FirstHead) % Layouts;
        int* rows = Rows + ((nint)layout * RowStride);
        int* columns = Columns + ((nint)layout * ColumnStride);
        int first = position / Size;
        int last = (position + queries - 1) / Size;
        KernelAssert.AtMost(last - first, 63);
        for (int row = first; row <= last; row++)
        {
            for (int i = rows[row]; i < rows[row + 1]; i++)
            {
                if (columns[i] < blocks)
                {
                    seen[columns[i]] |= 1UL << (row - first);
                }
            }
        }
    }

    /// <summary>Finds the next run of keys that one of the queries sees.</summary>
    /// <param name="seen">From <see cref="See"/>.</param>
    /// <param name="granule">What the run's first key is a multiple of, and its end, unless it is the last key.</param>
    /// <param name="first">Where to look from, a multiple of <paramref name="granule"/>; receives the first key.</param>
    /// <param name="end">The keys.</param>
    /// <param name="most">The most keys, a multiple of <paramref name="granule"/>.</param>
    /// <returns>The number of keys; 0 if there are no more.</returns>
    public readonly int Next(ulong* seen, int granule, ref int first, int end, int most)
    {
        long block = first / Size;
        while (block * Size < end && seen[block] == 0)
        {
            block++;
        }

        if (block * Size >= end)
        {
            return 0;
        }

        first = Math.Max(first, (int)(block * Size / granule * granule));
        while (block * Size < end && block * Size < first + most && seen[block] != 0)
        {
            block++;
        }

        long last = Math.Min(((block * Size) + granule - 1) / granule * granule, (long)first + most);
        return (int)Math.Min(last, end) - first;
    }

    /// <summary>Writes what is added to scores: 0 where a query sees a key's block, −∞ elsewhere.</summary>
    /// <param name="seen">From <see cref="See"/>.</param>
    /// <param name="position">The first query's position.</param>
    /// <param name="queries">Queries.</param>
    /// <param name="first">The first key.</param>
    /// <param name="count">Keys.</param>
    /// <param name="mask">Receives [queries, <paramref name="stride"/>].</param>
    /// <param name="stride">Elements between rows.</param>
    /// <returns>False if all queries see all keys: nothing is written.</returns>
    public readonly bool Hide(ulong* seen, int position, int queries, int first, int count, float* mask, nint stride)
    {
        int rows = ((position + queries - 1) / Size) - (position / Size) + 1;
        ulong all = ulong.MaxValue >> (64 - rows);
        int last = (first + count - 1) / Size;
        bool hides = false;
        for (int block = first / Size; block <= last && !hides; block++)
        {
            hides = seen[block] != all;
        }

        for (int q = 0; hides && q < queries; q++)
        {
            int row = ((position + q) / Size) - (position / Size);
            float* to = mask + (q * stride);
            for (int key = 0, length; key < count; key += length)
            {
                int block = (first + key) / Size;
                length = Math.Min(Size - ((first + key) % Size), count - key);
                new Span<float>(to + key, length).Fill((seen[block] >> row & 1) != 0 ? 0f : float.NegativeInfinity);
            }
        }

        return hides;
    }
}
