using System.Runtime.CompilerServices;

namespace Inference.Data.Contract;

/// <summary>The first rows of another source.</summary>
internal sealed class LimitedDataSource(IDataSource source, long rows) : IDataSource
{
    public string Name => source.Name;

    public IReadOnlyList<DataColumn> Columns => source.Columns;

    public long? RowCount => source.RowCount is { } all ? Math.Min(all, rows) : null;

    public string Digest => source.Digest;

    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long left = rows;
        await foreach (DataBatch batch in source.ReadAsync(columns, (int)Math.Min(batchRows, rows), cancellationToken).ConfigureAwait(false))
        {
            if (batch.Rows <= left)
            {
                left -= batch.Rows;
                yield return batch;
            }
            else
            {
                var values = new NamedValues(columns.Count);
                foreach (string column in columns)
                {
                    values.Add(column, batch.Values[column].Rows(0, (int)left));
                }

                long first = batch.FirstRow;
                int count = (int)left;
                batch.Dispose();
                left = 0;
                yield return new DataBatch(values, first, count);
            }

            if (left == 0)
            {
                yield break;
            }
        }
    }
}
