using System.Runtime.CompilerServices;

namespace Inference.Data;

/// <summary>Rows supplied by code, which can be read any number of times.</summary>
public sealed class StreamDataSource : IDataSource
{
    private readonly Func<IAsyncEnumerable<NamedValues>> _open;

    /// <summary>Creates a source over a stream that can be opened repeatedly and yields the same rows each time.</summary>
    /// <param name="open">Opens the stream. Each element contains one tensor per column, all with the same number of rows, 1 or more, along axis 0; the reader disposes it.</param>
    /// <param name="columns">The columns that every element contains.</param>
    /// <param name="name">The name shown in messages.</param>
    public StreamDataSource(Func<IAsyncEnumerable<NamedValues>> open, IReadOnlyList<DataColumn> columns, string name = "data from code")
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(columns);
        _open = open;
        Columns = columns;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns { get; }

    /// <inheritdoc/>
    public long? RowCount => null;

    /// <inheritdoc/>
    public string Digest => "";

    /// <inheritdoc/>
    /// <remarks>Batches hold at most <paramref name="batchRows"/> rows; an element with fewer rows becomes a separate batch.</remarks>
    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        long first = 0;
        await foreach (NamedValues element in _open().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            using NamedValues owned = element;
            int rows = Rows(owned, columns);
            for (int start = 0; start < rows; start += batchRows)
            {
                int count = Math.Min(batchRows, rows - start);
                var values = new NamedValues(columns.Count);
                foreach (string column in columns)
                {
                    values.Add(column, owned[column].Rows(start, count));
                }

                yield return new DataBatch(values, first + start, count);
            }

            first += rows;
        }

        if (first == 0)
        {
            throw new DataException($"{Name}: expected at least one row, but the stream was empty. Check the code that opens it.");
        }
    }

    private int Rows(NamedValues element, IReadOnlyCollection<string> columns)
    {
        int rows = -1;
        foreach (string column in columns)
        {
            TensorValue tensor = element.TryGetValue(column, out ModelValue? value) && value is TensorValue { Rank: > 0 } found
                ? found
                : throw new DataException($"{Name}: expected a tensor '{column}' with rows along axis 0 in every element, got {value?.ToString() ?? "none"}. Add it to the stream.");
            rows = rows < 0 || rows == tensor.Shape[0]
                ? (int)tensor.Shape[0]
                : throw new DataException($"{Name}, column '{column}': expected {rows} rows as in the other columns, got {tensor.Shape[0]}. Put rows along axis 0.");
        }

        return Math.Max(rows, 0);
    }
}
