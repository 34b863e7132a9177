using System.Runtime.CompilerServices;
using Inference.Rows;

namespace Inference.Data;

/// <summary>The rows of a source that do not occur in another source, compared by the values of the model's inputs, so that evaluation does not use training rows.</summary>
public sealed class ExcludedRowsDataSource : IDataSource
{
    private readonly IDataSource _source;
    private readonly bool[] _kept;

    private ExcludedRowsDataSource(IDataSource source, bool[] kept)
    {
        _source = source;
        _kept = kept;
        Excluded = kept.Count(k => !k);
    }

    /// <summary>The number of excluded rows.</summary>
    public int Excluded { get; }

    /// <inheritdoc/>
    public string Name => _source.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns => _source.Columns;

    /// <inheritdoc/>
    public long? RowCount => _kept.Length - Excluded;

    /// <inheritdoc/>
    public string Digest => _source.Digest;

    /// <summary>Reads both sources once and determines the rows to exclude.</summary>
    /// <param name="source">The rows.</param>
    /// <param name="others">The rows to exclude.</param>
    /// <param name="inputs">The columns by which rows are compared.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async Task<ExcludedRowsDataSource> CreateAsync(
        IDataSource source, IEnumerable<IDataSource> others, IReadOnlyCollection<string> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(inputs);
        var seen = new HashSet<UInt128>();
        foreach (IDataSource other in others)
        {
            await foreach (UInt128 hash in HashesAsync(other, inputs, cancellationToken).ConfigureAwait(false))
            {
                seen.Add(hash);
            }
        }

        var kept = new List<bool>();
        await foreach (UInt128 hash in HashesAsync(source, inputs, cancellationToken).ConfigureAwait(false))
        {
            kept.Add(!seen.Contains(hash));
        }

        return new ExcludedRowsDataSource(source, [.. kept]);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long first = 0;
        await foreach (DataBatch batch in _source.ReadAsync(columns, batchRows, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                int[] rows = [.. Enumerable.Range(0, batch.Rows).Where(r => _kept[batch.FirstRow + r])];
                if (rows.Length > 0)
                {
                    yield return new DataBatch(BatchRows.Take(batch.Values, rows), first, rows.Length);
                    first += rows.Length;
                }
            }
        }
    }

    private static async IAsyncEnumerable<UInt128> HashesAsync(IDataSource source, IReadOnlyCollection<string> inputs, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string[] names = [.. inputs];
        await foreach (DataBatch batch in source.ReadAsync(names, 256, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                var hashes = new UInt128[batch.Rows];
                BatchRows.Hash(batch.Values, names, hashes);
                foreach (UInt128 hash in hashes)
                {
                    yield return hash;
                }
            }
        }
    }
}
