using System.IO.Compression;
using Inference.Data.Contract;
using Inference.Data.Numpy;

namespace Inference.Data;

/// <summary>
/// The arrays of a NumPy <c>.npz</c> archive, one column each, streamed: only one batch is in memory. Arrays of objects, dates and records are omitted. The checksum of every array that is read is verified.
/// </summary>
public sealed class NpzDataSource : IDataSource, IPartlyReadable
{
    private const string Extension = ".npy";
    private readonly string _path;
    private readonly ArrayRows _arrays;
    private readonly Lazy<string> _digest;

    /// <summary>Reads the headers of all arrays.</summary>
    /// <param name="path">The archive.</param>
    /// <exception cref="DataException">The file is missing, is not an archive of NumPy arrays, or its arrays have different numbers of rows.</exception>
    public NpzDataSource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _digest = new(() => FileDigest.Of(path));
        using ZipArchive archive = Open();
        _arrays = new ArrayRows(path, Entries(archive).Select(entry => (NameOf(entry), new Func<NpyReader>(() => Reader(null, entry)))), Reader);
    }

    /// <inheritdoc/>
    public string Name => _path;

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

    private ZipArchive Open()
    {
        try
        {
            return new ZipArchive(FileDigest.Open(_path), ZipArchiveMode.Read);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new DataException($"{_path}: expected a NumPy .npz archive, got: {exception.Message} Copy it again, or save it with numpy.savez.", exception);
        }
    }

    private List<ZipArchiveEntry> Entries(ZipArchive archive)
    {
        try
        {
            return [.. archive.Entries.Where(static entry => entry.FullName.EndsWith(Extension, StringComparison.Ordinal))];
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new DataException($"{_path}: the archive's directory could not be read ({exception.Message}) The archive is damaged: copy it again.", exception);
        }
    }

    private static string NameOf(ZipArchiveEntry entry) => entry.FullName[..^Extension.Length];

    // A separate archive for each array, so that the arrays can be read concurrently.
    private NpyReader Reader(string array)
    {
        ZipArchive archive = Open();
        try
        {
            return Reader(archive, Entries(archive).FirstOrDefault(entry => NameOf(entry) == array)
                ?? throw new DataException($"{_path}, array '{array}': the array is no longer in the archive. Open the data again."));
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private NpyReader Reader(ZipArchive? owned, ZipArchiveEntry entry)
    {
        string where = $"{_path}, array '{NameOf(entry)}'";
        var stream = new ZipEntryStream(owned, entry, where);
        return new NpyReader(stream, where, stream.Length);
    }
}
