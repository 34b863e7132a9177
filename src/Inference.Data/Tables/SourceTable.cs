using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using Inference.Data.Contract;

namespace Inference.Data.Tables;

/// <summary>The columns of a data source as a table.</summary>
internal sealed class SourceTable(IDataSource source) : ITable
{
    public string Name => source.Name;

    public long? RowCount => source.RowCount;

    public string Digest => source.Digest;

    public IReadOnlyList<TableColumn> Cells { get; } = [.. source.Columns.Select(static c => new TableColumn(c.Name, TableColumn.KindOf(c.Type), c.Type, c.RowShape))];

    public bool IsText => false;

    public IReadOnlyList<string> Notes => [];

    public IReadOnlyDictionary<string, string> Unreadable => (source as IPartlyReadable)?.Unreadable ?? ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The table of a source: its own, or one over its columns.</summary>
    public static ITable Of(IDataSource source) => (source as ITableSource)?.Table ?? new SourceTable(source);

    public async IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyList<TableField> fields, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = [.. fields.SelectMany(static field => field.Columns).Distinct().Select(c => Cells[c].Name)];
        await foreach (DataBatch batch in source.ReadAsync(columns, batchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                var values = new NamedValues(fields.Count);
                foreach (TableField field in fields)
                {
                    TensorValue[] parts = [.. field.Columns.Select(c => batch.Values[Cells[c].Name])];
                    values.Add(field.Name, IsAsItIs(field) ? parts[0].Retain() : FieldBuilder.Build(this, field, parts, batch.FirstRow));
                }

                yield return new DataBatch(values, batch.FirstRow, batch.Rows);
            }
        }
    }

    private bool IsAsItIs(TableField field) => field.Columns.Length == 1 && !field.Required && field.Codes is null
        && Cells[field.Columns[0]] is var column && column.Type == field.Type && column.RowShape.SequenceEqual(field.RowShape);
}
