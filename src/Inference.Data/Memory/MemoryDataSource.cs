using System.Runtime.CompilerServices;

namespace Inference.Data;

/// <summary>Rows in memory: one tensor per column, rows along axis 0. The tensors remain owned by the caller and must stay valid as long as the source is in use.</summary>
public sealed class MemoryDataSource : IDataSource
{
    private readonly NamedValues _values;

    /// <summary>Creates a source over tensors.</summary>
    /// <param name="values">One tensor per column, all with the same number of rows, 1 or more.</param>
    /// <param name="name">The name shown in messages.</param>
    /// <exception cref="DataException">There are no rows, or the columns have different numbers of rows.</exception>
    public MemoryDataSource(NamedValues values, string name = "data in memory")
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = values;
        Name = name;
        var columns = new List<DataColumn>();
        foreach ((string column, ModelValue value) in values)
        {
            if (value is not TensorValue { Rank: > 0 } tensor || tensor.Shape[0] == 0 || (RowCount is { } rows && rows != tensor.Shape[0]))
            {
                throw new DataException($"{name}, column '{column}': expected a tensor of {RowCount?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "at least 1"} rows, got {value}. Put rows along axis 0.");
            }

            RowCount = tensor.Shape[0];
            columns.Add(new DataColumn(column, tensor.ElementType, tensor.Shape[1..].ToArray()));
        }

        Columns = columns.Count > 0 ? columns : throw new DataException($"{name}: expected at least one column, got none. Add one tensor per model input.");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns { get; }

    /// <inheritdoc/>
    public long? RowCount { get; }

    /// <inheritdoc/>
    public string Digest => "";

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (string column in columns)
        {
            this.GetColumn(column);
        }

        for (long row = 0; row < RowCount; row += batchRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = (int)Math.Min(batchRows, RowCount!.Value - row);
            var values = new NamedValues(columns.Count);
            foreach (string column in columns)
            {
                values.Add(column, _values[column].Rows((int)row, count));
            }

            yield return new DataBatch(values, row, count);
        }
    }
}
