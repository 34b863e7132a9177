using Inference.Data.Columnar;
using Inference.Data.Contract;
using Inference.Data.Tables;

namespace Inference.Data;

/// <summary>
/// An Apache Parquet table of numbers, strings, booleans and times, streamed: the requested columns of one row group are in memory. Nested and binary columns are omitted. A null number is NaN.
/// </summary>
public sealed class ParquetDataSource : IDataSource, ITableSource, IPartlyReadable
{
    private readonly ParquetTable _table;
    private readonly TableRows _rows;

    /// <summary>Reads the file's metadata and determines the columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">How columns map to the model's inputs; null for one input per column, with <c>name[0]</c>, <c>name[1]</c>… combined into one vector.</param>
    /// <exception cref="DataException">The file is missing, damaged or empty, or the schema names a column that does not exist.</exception>
    public ParquetDataSource(string path, DataSchema? schema = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _table = new ParquetTable(path);
        _rows = new TableRows(_table, TableRows.Fields(_table, schema));
    }

    /// <inheritdoc/>
    public string Name => _table.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns => _rows.Columns;

    /// <inheritdoc/>
    public long? RowCount => _table.RowCount;

    /// <inheritdoc/>
    public string Digest => _table.Digest;

    ITable ITableSource.Table => _table;

    IReadOnlyDictionary<string, string> IPartlyReadable.Unreadable => _table.Unreadable;

    /// <inheritdoc/>
    public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default) => _rows.ReadAsync(columns, batchRows, cancellationToken);
}
