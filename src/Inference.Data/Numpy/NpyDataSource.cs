using Inference.Data.Contract;
using Inference.Data.Numpy;

namespace Inference.Data;

/// <summary>NumPy <c>.npy</c> arrays with rows along axis 0, one file per column, streamed: only one batch is in memory.</summary>
public sealed class NpyDataSource : IDataSource, IPartlyReadable
{
    private readonly ArrayRows _arrays;
    private readonly Lazy<string> _digest;

    /// <summary>Reads the headers.</summary>
    /// <param name="path">One array, or a folder of arrays whose file names are the column names.</param>
    /// <exception cref="DataException">A file is missing or is not an array, or the arrays have different numbers of rows.</exception>
    public NpyDataSource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Name = path;
        string[] files = Directory.Exists(path) ? Directory.GetFiles(path, "*.npy") : [path];
        Array.Sort(files, StringComparer.Ordinal);
        var byName = files.ToDictionary(static file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);
        _arrays = new ArrayRows(path, byName.Select(static file => (file.Key, new Func<NpyReader>(() => NpyReader.Open(file.Value)))), column => NpyReader.Open(byName[column]));
        _digest = new(() => FileDigest.Of(files));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns => _arrays.Columns;

    /// <inheritdoc/>
    public long? RowCount => _arrays.Rows;

    /// <inheritdoc/>
    public string Digest => _digest.Value;

    IReadOnlyDictionary<string, string> IPartlyReadable.Unreadable => _arrays.Unreadable;

    /// <inheritdoc/>
    public IAsyncEnumerable<DataBatch> ReadAsync(IReadOnlyCollection<string> columns, int batchRows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return _arrays.ReadAsync([.. columns.Select(this.GetColumn)], batchRows, cancellationToken);
    }
}
