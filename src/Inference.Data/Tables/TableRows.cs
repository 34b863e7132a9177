using Inference.Data.Contract;

namespace Inference.Data.Tables;

/// <summary>Fields of a table as a data source.</summary>
internal sealed class TableRows(ITable table, IReadOnlyList<TableField> fields) : IDataSource, IPartlyReadable
{
    private readonly Dictionary<string, TableField> _byName = fields.ToDictionary(static field => field.Name, StringComparer.Ordinal);

    public string Name => table.Name;

    public IReadOnlyList<DataColumn> Columns { get; } = [.. fields.Select(static field => field.Column)];

    public long? RowCount => table.RowCount;

    public string Digest => table.Digest;

    public IReadOnlyDictionary<string, string> Unreadable => table.Unreadable;

    public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        TableField[] wanted = [.. columns.Select(name => _byName.GetValueOrDefault(name) ?? throw DataSourceExtensions.Missing(this, name))];
        foreach (TableField field in wanted)
        {
            batchRows = DataLimits.BatchRows($"{Name}, column '{field.Name}'", field.Type, field.RowShape, batchRows);
        }

        return table.ReadAsync(wanted, batchRows, cancellationToken);
    }

    /// <summary>The fields of an unmapped table: those of a schema, or each column separately, with <c>name[0]</c>, <c>name[1]</c>… as one vector.</summary>
    /// <exception cref="DataException">The schema names a column that is not there.</exception>
    public static List<TableField> Fields(ITable table, DataSchema? schema)
    {
        var places = new ColumnPlaces(table);
        if (schema is { Fields.Count: > 0 })
        {
            return [.. schema.Fields.Select(field =>
            {
                int[] columns = places.Of(field);
                Dictionary<string, int>? codes = TableField.CodesOf($"{table.Name}, field '{field.Name}'", field.Codes);
                return new TableField(field.Name, field.Type ?? (codes is null ? Common(table, columns) : ElementType.Int64), Shape(table, field.Columns, columns), columns, codes);
            })];
        }

        return [.. places.Groups.Select(group => new TableField(
            group.Name, Common(table, group.Columns), group.IsVector ? [group.Columns.Length] : table.Cells[group.Columns[0]].RowShape, group.Columns))];
    }

    /// <summary>The type that can represent all of the columns.</summary>
    public static ElementType Common(ITable table, int[] columns)
    {
        ElementType[] types = [.. columns.Select(c => table.Cells[c].Type).Distinct()];
        return types.Length == 1 ? types[0]
            : types.Contains(ElementType.String) ? ElementType.String
            : types.Contains(ElementType.Float64) ? ElementType.Float64
            : types.Contains(ElementType.Float32) || types.Contains(ElementType.Float16) ? ElementType.Float32
            : ElementType.Int64;
    }

    private static IReadOnlyList<long> Shape(ITable table, IReadOnlyList<string> names, int[] columns) => columns.Length == 1 && (names.Count == 0 || !names[0].EndsWith(']'))
        ? table.Cells[columns[0]].RowShape
        : [columns.Sum(c => table.Cells[c].RowElements)];
}
