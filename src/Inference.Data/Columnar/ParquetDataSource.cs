using Inference.Data.Columnar;
using Inference.Data.Contract;
using Inference.Data.Tables;

namespace Inference.Data;

/// <summary>
/// A table of numbers, texts, booleans and times in Apache Parquet's form, streamed: the columns that are read of one row group are in memory. Nested and binary columns are left out. A number that is null is NaN.
/// </summary>
public sealed class ParquetDataSource : IDataSource, ITableSource, IPartlyReadable
{
    private readonly ParquetTable _table;
    private readonly TableRows _rows;

    /// <summary>Reads the file's metadata and settles the columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="schema">How its columns make the model's inputs; null: each column is one input, and <c>name[0]</c>, <c>name[1]</c>… make one vector.</param>
    /// <exception cref="DataException">The file is missing, damaged or empty, or the schema names a column that is not there.</exception>
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
