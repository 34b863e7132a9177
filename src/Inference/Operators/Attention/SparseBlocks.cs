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

    /// <summary>Makes the scores of keys that a query does not see the lowest float.</summary>
    /// <param name="scores">Scores of the keys from position 0.</param>
    /// <param name="head">The query's head.</param>
    /// <param name="position">The query's position.</param>
    public void Hide(Span<float> scores, long head, long position)
    {
        long layout = head % Rows.Dims[0];
        int* row = (int*)Rows.Data + layout * Rows.Dims[1] + position / Size;
        var columns = new ReadOnlySpan<int>((int*)Columns.Data + layout * Columns.Dims[1] + row[0], row[1] - row[0]);
        for (long start = 0; start < scores.Length; start += Size)
        {
            if (!columns.Contains((int)(start / Size)))
            {
                scores.Slice((int)start, (int)Math.Min(Size, scores.Length - start)).Fill(float.MinValue);
            }
        }
    }
}
