using Inference.Kernels.Attention;

namespace Inference.Operators.Attention;

/// <summary>
/// Which blocks of keys the blocks of queries see, as compressed rows: layout l's block row r sees the block columns columns[l, rows[l, r]] to columns[l, rows[l, r + 1]];
/// head h follows layout h mod layouts.
/// </summary>
/// <param name="Rows">[layouts, blocks + 1], int32.</param>
/// <param name="Columns">[layouts, most entries], int32.</param>
/// <param name="Size">Positions of a block.</param>
internal readonly unsafe record struct SparseBlocks(Tensor Rows, Tensor Columns, long Size)
{
    /// <summary>Positions that the layout covers.</summary>
    public long Length => (Rows.Dims[1] - 1) * Size;

    /// <summary>Checks that rows are in order and stay within the columns, and columns within the blocks.</summary>
    public void Check(KernelContext context)
    {
        int* rows = (int*)Rows.Data;
        long width = Rows.Dims[1];
        for (long l = 0; l < Rows.Dims[0]; l++)
        {
            int before = 0;
            for (long r = 0; r < width; r++)
            {
                int at = rows[l * width + r];
                if (at < before || at > Columns.Dims[1])
                {
                    throw context.Error($"input 5: expected offsets in order within the {Columns.Dims[1]} columns of input 6, got {at} in layout {l} at {r}.");
                }

                before = at;
            }

            for (long i = 0; i < before; i++)
            {
                int column = ((int*)Columns.Data)[l * Columns.Dims[1] + i];
                if ((uint)column >= (ulong)(width - 1))
                {
                    throw context.Error($"input 6: expected columns in [0, {width - 2}], got {column} in layout {l} at {i}.");
                }
            }
        }
    }

    /// <summary>The layouts of the heads from <paramref name="first"/> on.</summary>
    public KeyBlocks OfHeads(long first) => new()
    {
        Rows = (int*)Rows.Data,
        Columns = (int*)Columns.Data,
        Layouts = checked((int)Rows.Dims[0]),
        RowStride = checked((int)Rows.Dims[1]),
        ColumnStride = checked((int)Columns.Dims[1]),
        // Positions are fewer.
        Size = (int)Math.Min(Size, 1 << 30),
        FirstHead = (int)(first % Rows.Dims[0]),
    };

    /// <summary>Whether a query sees one of the first <paramref name="keys"/> keys.</summary>
    /// <param name="head">The query's head.</param>
    /// <param name="position">The query's position.</param>
    /// <param name="keys">Keys.</param>
    public bool SeesAny(long head, long position, long keys)
    {
        long layout = head % Rows.Dims[0];
        int* row = (int*)Rows.Data + layout * Rows.Dims[1] + position / Size;
        foreach (int column in new ReadOnlySpan<int>((int*)Columns.Data + layout * Columns.Dims[1] + row[0], row[1] - row[0]))
        {
            if (column * Size < keys)
            {
                return true;
            }
        }

        return false;
    }
}
