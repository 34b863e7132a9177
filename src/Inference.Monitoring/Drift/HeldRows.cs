using Inference.Monitoring.Records;

namespace Inference.Monitoring.Drift;

/// <summary>The counts of buckets that were too few rows to be judged, of all columns, in coded cells. They are fewer than <paramref name="most"/>, which decides the width of a number; nothing takes memory before the first. Not thread-safe.</summary>
/// <param name="columns">The columns.</param>
/// <param name="most">The number of rows from which on none are held.</param>
internal sealed class HeldRows(IReadOnlyList<WatchedColumn> columns, int most)
{
    private ushort[]? _few;
    private int[]? _many;

    /// <summary>The rows held.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a bucket.</summary>
    /// <param name="counts">The counts of each column.</param>
    /// <param name="rows">Its rows; with those held, fewer than the most.</param>
    public void Add(CountsOf counts, long rows)
    {
        Rows += rows;
        Span<long> cells = stackalloc long[CellCoding.MostCells];
        int cell = 0;
        for (int i = 0; i < columns.Count; i++)
        {
            Span<long> coded = cells[..columns[i].Coding.Count];
            columns[i].Coding.Code(counts(i), coded);
            foreach (long count in coded)
            {
                Add(cell++, count);
            }
        }
    }

    /// <summary>Adds what is held of a column to a bucket's counts.</summary>
    /// <param name="first">The coded cells of the columns before.</param>
    /// <param name="coded">The counts, coded.</param>
    public void AddTo(int first, Span<long> coded)
    {
        for (int i = 0; Rows > 0 && i < coded.Length; i++)
        {
            coded[i] += _few is not null ? _few[first + i] : _many![first + i];
        }
    }

    /// <summary>Releases all rows.</summary>
    public void Clear()
    {
        Rows = 0;
        (_few, _many) = (null, null);
    }

    /// <summary>Writes what is held.</summary>
    public void Save(RecordWriter writer)
    {
        writer.Number(Rows);
        for (int i = 0; Rows > 0 && i < Cells(); i++)
        {
            writer.Number(_few is not null ? _few[i] : _many![i]);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote for the same columns.</summary>
    public void Load(ref RecordReader reader)
    {
        Clear();
        Rows = reader.Int(Math.Max(most - 1, 0));
        for (int i = 0; Rows > 0 && i < Cells(); i++)
        {
            Add(i, reader.Int((int)Rows));
        }
    }

    private void Add(int cell, long count)
    {
        if (most <= ushort.MaxValue)
        {
            (_few ??= new ushort[Cells()])[cell] += (ushort)count;
        }
        else
        {
            (_many ??= new int[Cells()])[cell] += (int)count;
        }
    }

    private int Cells()
    {
        int cells = 0;
        foreach (WatchedColumn column in columns)
        {
            cells += column.Coding.Count;
        }

        return cells;
    }
}
