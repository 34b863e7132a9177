namespace Inference.Data;

/// <summary>Rows that can be read as a stream any number of times, always the same rows in the same order. Thread-safe.</summary>
public interface IDataSource
{
    /// <summary>The name shown in messages: the path, or a name given by the caller.</summary>
    string Name { get; }

    /// <summary>The columns.</summary>
    IReadOnlyList<DataColumn> Columns { get; }

    /// <summary>The number of rows; null if it is not known before reading.</summary>
    long? RowCount { get; }

    /// <summary>The SHA-256 hash of the content, in lower-case hexadecimal; empty if the content is not stored.</summary>
    string Digest { get; }

    /// <summary>Reads all rows in order; holds no more than one batch in memory.</summary>
    /// <param name="columns">The columns to read.</param>
    /// <param name="batchRows">The number of rows in a batch, 1 or more; the last batch may have fewer, and so may all batches if that many rows would take too much memory.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="DataException">A column is missing or the content is malformed.</exception>
    IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default);
}
