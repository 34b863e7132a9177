using System.Runtime.CompilerServices;
using Inference.Rows;

namespace Inference.Data.Memory;

/// <summary>Some of the rows of another source: of every four in a row, those whose place is wanted. Every part of a table that is sorted in some way then has rows of all of it.</summary>
internal sealed class BlockDataSource(IDataSource source, string role, IReadOnlyCollection<int> places) : IDataSource
{
    // Rows are dealt to four places in turn: roles take one, two or three of them.
    private const int Places = 4;

    public string Name => $"{source.Name} ({role} rows)";

    public IReadOnlyList<DataColumn> Columns => source.Columns;

    public long? RowCount => source.RowCount is { } all ? ((all / Places) * places.Count) + places.Count(p => p < all % Places) : null;

    public string Digest => source.Digest;

    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long first = 0;
        await foreach (DataBatch batch in source.ReadAsync(columns, checked(Math.Min(batchRows, 1 << 20) * Places / places.Count), cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                int[] rows = [.. Enumerable.Range(0, batch.Rows).Where(r => places.Contains((int)((batch.FirstRow + r) % Places)))];
                for (int start = 0; start < rows.Length; start += batchRows)
                {
                    int[] part = rows[start..Math.Min(start + batchRows, rows.Length)];
                    yield return new DataBatch(BatchRows.Take(batch.Values, part), first, part.Length);
                    first += part.Length;
                }
            }
        }
    }
}
