using System.Runtime.CompilerServices;
using Inference.Data;
using Inference.Evaluation.Verdicts;
using Inference.Rows;

namespace Inference.Optimization.Running;

/// <summary>A subset of the rows of another source.</summary>
/// <param name="source">The source to select from.</param>
/// <param name="rows">The indices of the selected rows, ascending.</param>
internal sealed class SelectedRows(IDataSource source, long[] rows) : IDataSource
{
    /// <summary>Rows to compare choices on: all choices see the same ones, so that differences show with few.</summary>
    internal const int ToCompare = 256;

    /// <summary>Rows to estimate a mean from: its standard error is 1/√512, 4.4 %, of the deviation.</summary>
    internal const int ToEstimate = 512;

    public string Name => source.Name;

    public IReadOnlyList<DataColumn> Columns => source.Columns;

    public long? RowCount => rows.Length;

    public string Digest => source.Digest;

    /// <summary>Selects at most this many rows, by the context's seed from all of them, because the first rows of sorted data are alike.</summary>
    public static async Task<IDataSource> TakeAsync(OptimizationContext context, IDataSource source, int count, CancellationToken cancellationToken)
    {
        long all = source.RowCount ?? await CountAsync(source, cancellationToken).ConfigureAwait(false);
        if (all <= count)
        {
            return source;
        }

        var sampler = new StratifiedSampler(context.Seed);
        for (long row = 0; row < all; row++)
        {
            sampler.Add(row, "");
        }

        return new SelectedRows(source, sampler.Take(count));
    }

    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var parts = new List<NamedValues>();
        int next = 0, held = 0;
        await foreach (DataBatch batch in source.ReadAsync(columns, batchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                while (next < rows.Length && rows[next] < batch.FirstRow + batch.Rows)
                {
                    int last = next;
                    while (last < rows.Length && last - next < batchRows - held && rows[last] < batch.FirstRow + batch.Rows)
                    {
                        last++;
                    }

                    parts.Add(BatchRows.Take(batch.Values, Array.ConvertAll(rows[next..last], row => (int)(row - batch.FirstRow))));
                    (held, next) = (held + last - next, last);
                    if (held == batchRows || next == rows.Length)
                    {
                        yield return Joined(parts, next - held, held);
                        held = 0;
                    }
                }
            }

            if (next == rows.Length)
            {
                yield break;
            }
        }
    }

    private static DataBatch Joined(List<NamedValues> parts, long first, int count)
    {
        NamedValues all = parts.Count == 1 ? parts[0] : BatchRows.Concatenate([.. parts]);
        if (parts.Count > 1)
        {
            parts.ForEach(static part => part.Dispose());
        }

        parts.Clear();
        return new DataBatch(all, first, count);
    }

    private static async Task<long> CountAsync(IDataSource source, CancellationToken cancellationToken)
    {
        long count = 0;
        await foreach (DataBatch batch in source.ReadAsync([source.Columns[0].Name], 1024, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                count += batch.Rows;
            }
        }

        return count;
    }
}
