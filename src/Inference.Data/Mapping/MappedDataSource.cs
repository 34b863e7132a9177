using Inference.Data.Mapping;
using Inference.Data.Tables;

namespace Inference.Data;

/// <summary>
/// Rows of a file mapped to a model: one column for each input, with its element type and shape, and the columns for labels and slices. Data that does not match is rejected when the source is created, or, with row and column,
/// when it is read. Thread-safe.
/// </summary>
public sealed class MappedDataSource : IDataSource
{
    private readonly TableRows _rows;

    private MappedDataSource(TableRows rows, MappingReport report)
    {
        _rows = rows;
        Report = report;
    }

    /// <summary>How each column is used, and why.</summary>
    public MappingReport Report { get; }

    /// <inheritdoc/>
    public string Name => _rows.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns => _rows.Columns;

    /// <inheritdoc/>
    public long? RowCount => _rows.RowCount;

    /// <inheritdoc/>
    public string Digest => _rows.Digest;

    /// <summary>
    /// Maps the columns of a source to a model. An input is, in this order of precedence: the columns in the schema; the column of the same name; the columns <c>name[0]</c>, <c>name[1]</c>…; the column whose name differs only in case or punctuation;
    /// the only column or positional array (<c>arr_0</c>); all numeric (or all text) columns not used otherwise, in file order, if together they have exactly the number of elements in a row of the input.
    /// </summary>
    /// <param name="source">The rows.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="options">Labels, slices and a schema; null for none.</param>
    /// <exception cref="DataException">An input, label or slice cannot be built from the columns, or the choice is ambiguous; the message lists the columns considered.</exception>
    public static MappedDataSource Create(IDataSource source, IReadOnlyList<ModelPort> inputs, MappingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(inputs);
        ITable table = SourceTable.Of(source);
        var mapper = new ColumnMapper(table, options ?? new());
        mapper.Map(inputs);
        return new MappedDataSource(new TableRows(table, mapper.Fields), mapper.Report());
    }

    /// <summary>Opens data and maps its columns to a model; see <see cref="DataSource.Open"/> and <see cref="Create"/>.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="inputs">The model's inputs.</param>
    /// <param name="options">Labels, slices and a schema; null for none.</param>
    /// <exception cref="DataException">There is nothing readable at the path, or its columns do not match the model.</exception>
    public static MappedDataSource Open(string path, IReadOnlyList<ModelPort> inputs, MappingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        DataSchema? form = options?.Schema is { } schema ? new() { Delimiter = schema.Delimiter, Header = schema.Header, Missing = schema.Missing } : null;
        return Create(DataSource.Open(path, form, [.. inputs.Select(static input => input.Name)]), inputs, options);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default) => _rows.ReadAsync(columns, batchRows, cancellationToken);
}
