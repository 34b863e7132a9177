using System.Runtime.CompilerServices;
using Inference.Data;
using Inference.Rows;

namespace Inference.Optimization.Running;

/// <summary>Some rows of another source.</summary>
/// <param name="source">The rows to choose from.</param>
/// <param name="rows">Numbers of the chosen ones, ascending.</param>
internal sealed class SelectedRows(IDataSource source, long[] rows) : IDataSource
{
    public string Name => source.Name;

    public IReadOnlyList<DataColumn> Columns => source.Columns;

    public long? RowCount => rows.Length;

    public string Digest => source.Digest;

    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int next = 0;
        await foreach (DataBatch batch in source.ReadAsync(columns, batchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                int first = next;
                while (next < rows.Length && rows[next] < batch.FirstRow + batch.Rows)
                {
                    next++;
                }

                if (next > first)
                {
                    int[] places = Array.ConvertAll(rows[first..next], row => (int)(row - batch.FirstRow));
                    yield return new DataBatch(BatchRows.Take(batch.Values, places), first, places.Length);
                }
            }

            if (next == rows.Length)
            {
                yield break;
            }
        }
    }
}
