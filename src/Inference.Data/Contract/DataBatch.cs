namespace Inference.Data;

/// <summary>Consecutive rows of a data source: one tensor a column, rows along axis 0. Disposing it disposes the tensors.</summary>
public sealed class DataBatch : IDisposable
{
    /// <summary>Makes a batch and takes over the values.</summary>
    /// <param name="values">One tensor a column.</param>
    /// <param name="firstRow">The number of its first row in the source, from 0.</param>
    /// <param name="rows">Rows in it, ≥ 1.</param>
    public DataBatch(NamedValues values, long firstRow, int rows)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        Values = values;
        FirstRow = firstRow;
        Rows = rows;
    }

    /// <summary>One tensor a column.</summary>
    public NamedValues Values { get; }

    /// <summary>The number of its first row in the source, from 0.</summary>
    public long FirstRow { get; }

    /// <summary>Rows in it.</summary>
    public int Rows { get; }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
