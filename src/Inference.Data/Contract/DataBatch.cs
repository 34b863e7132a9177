namespace Inference.Data;

/// <summary>Consecutive rows of a data source: one tensor per column, rows along axis 0. Disposing the batch disposes the tensors.</summary>
public sealed class DataBatch : IDisposable
{
    /// <summary>Creates a batch that takes ownership of the values.</summary>
    /// <param name="values">One tensor per column.</param>
    /// <param name="firstRow">The index of its first row in the source, from 0.</param>
    /// <param name="rows">The number of rows, 1 or more.</param>
    public DataBatch(NamedValues values, long firstRow, int rows)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        Values = values;
        FirstRow = firstRow;
        Rows = rows;
    }

    /// <summary>One tensor per column.</summary>
    public NamedValues Values { get; }

    /// <summary>The index of its first row in the source, from 0.</summary>
    public long FirstRow { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
