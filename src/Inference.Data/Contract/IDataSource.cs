namespace Inference.Data;

/// <summary>Rows to calibrate, search or report on, read as a stream any number of times, each time the same rows in the same order. Thread-safe.</summary>
public interface IDataSource
{
    /// <summary>What to call it in messages: the path, or what the caller named it.</summary>
    string Name { get; }

    /// <summary>The columns.</summary>
    IReadOnlyList<DataColumn> Columns { get; }

    /// <summary>The number of rows; null where it is not known before reading.</summary>
    long? RowCount { get; }

    /// <summary>SHA-256 of the content, lower-case hexadecimal; empty where the content is not stored.</summary>
    string Digest { get; }

    /// <summary>Reads all rows in order; holds no more than one batch in memory.</summary>
    /// <param name="columns">The columns to read.</param>
    /// <param name="batchRows">Rows in a batch, ≥ 1; the last one may have fewer, and all of them where so many rows would take too much memory.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="DataException">A column is missing or the content is malformed.</exception>
    IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default);
}
