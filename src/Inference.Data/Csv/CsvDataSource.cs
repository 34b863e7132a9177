using Inference.Data.Contract;
using Inference.Data.Csv;
using Inference.Data.Tables;

namespace Inference.Data;

/// <summary>
/// A text table (<c>.csv</c>, <c>.tsv</c>), streamed. Source: RFC 4180; the separator may be a comma, a semicolon, a tab or a bar. Numbers use a decimal point; a missing number is NaN.
/// </summary>
public sealed class CsvDataSource : IDataSource, ITableSource, IPartlyReadable
{
    private readonly CsvTable _table;
    private readonly TableRows _rows;

    /// <summary>Reads the first rows and determines the columns.</summary>
    /// <param name="path">The table.</param>
    /// <param name="schema">How columns map to the model's inputs; null for one input per column (int64, float32, bool or text, inferred from the first rows),
    /// with <c>name[0]</c>, <c>name[1]</c>… combined into one vector.</param>
    /// <exception cref="DataException">There are no rows, or the schema names a column that does not exist.</exception>
    public CsvDataSource(string path, DataSchema? schema = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _table = new CsvTable(path, schema);
        _rows = new TableRows(_table, TableRows.Fields(_table, schema));
    }

    /// <inheritdoc/>
    public string Name => _table.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns => _rows.Columns;

    /// <inheritdoc/>
    public long? RowCount => null;

    /// <inheritdoc/>
    public string Digest => _table.Digest;

    ITable ITableSource.Table => _table;

    IReadOnlyDictionary<string, string> IPartlyReadable.Unreadable => _table.Unreadable;

    /// <inheritdoc/>
    public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default) => _rows.ReadAsync(columns, batchRows, cancellationToken);
}
