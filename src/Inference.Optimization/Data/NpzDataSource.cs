using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Inference.Optimization.Data;

/// <summary>The arrays of a NumPy <c>.npz</c> archive, one column each, streamed: only one batch is in memory.</summary>
public sealed class NpzDataSource : IDataSource
{
    private readonly string _path;
    private readonly Lazy<string> _digest;

    /// <summary>Reads the headers of all arrays.</summary>
    /// <param name="path">The archive.</param>
    /// <exception cref="DataException">The file is missing, is not an archive of NumPy arrays, or its arrays differ in rows.</exception>
    public NpzDataSource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _digest = new(() =>
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        });
        var columns = new List<DataColumn>();
        long? rows = null;
        string? firstName = null;
        using ZipArchive archive = Open();
        foreach (ZipArchiveEntry entry in Entries(archive))
        {
            string name = entry.FullName[..^4];
            using NpyReader reader = Reader(entry, name);
            if (reader.Header.Shape.Length == 0)
            {
                continue;
            }

            if (rows is { } known && known != reader.Rows)
            {
                throw new DataException($"{path}: expected as many rows in every array, got {known} in '{firstName}' and {reader.Rows} in '{name}'. Save arrays with the rows first.");
            }

            rows = reader.Rows;
            firstName ??= name;
            columns.Add(new DataColumn(name, reader.Header.Type, reader.RowShape));
        }

        if (columns.Count == 0 || rows == 0)
        {
            throw new DataException($"{path}: expected at least one array with at least one row, got {columns.Count} arrays and {rows ?? 0} rows. Save one array per model input with numpy.savez.");
        }

        Columns = columns;
        RowCount = rows;
    }

    /// <inheritdoc/>
    public string Name => _path;

    /// <inheritdoc/>
    public IReadOnlyList<DataColumn> Columns { get; }

    /// <inheritdoc/>
    public long? RowCount { get; }

    /// <inheritdoc/>
    public string Digest => _digest.Value;

    /// <inheritdoc/>
    public async IAsyncEnumerable<DataBatch> ReadAsync(
        IReadOnlyCollection<string> columns, int batchRows, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchRows, 1);
        await Task.CompletedTask.ConfigureAwait(false);
        var archives = new List<ZipArchive>();
        var readers = new List<(string Name, NpyReader Reader)>();
        try
        {
            foreach (string column in columns)
            {
                DataSource.Column(this, column);

                // An archive of its own for each column, so that the columns can be read side by side.
                ZipArchive archive = Open();
                archives.Add(archive);
                readers.Add((column, Reader(Entry(archive, column), column)));
            }

            for (long row = 0; row < RowCount; row += batchRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(batchRows, RowCount.Value - row);
                var values = new NamedValues(readers.Count);
                foreach ((string name, NpyReader reader) in readers)
                {
                    values.Add(name, reader.ReadRows(count));
                }

                yield return new DataBatch(values, row, count);
            }
        }
        finally
        {
            readers.ForEach(r => r.Reader.Dispose());
            archives.ForEach(a => a.Dispose());
        }
    }

    private ZipArchive Open()
    {
        try
        {
            return new ZipArchive(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16), ZipArchiveMode.Read);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{_path}: expected a NumPy .npz archive that can be read, got: {exception.Message} Check the path, or save it with numpy.savez.", exception);
        }
    }

    // The file may have changed since its headers were read.
    private ZipArchiveEntry Entry(ZipArchive archive, string array) =>
        Entries(archive).FirstOrDefault(e => e.FullName == array + ".npy") ?? throw new DataException($"{Where(array)}: the array is not in the archive any more. Open the data again.");

    private List<ZipArchiveEntry> Entries(ZipArchive archive)
    {
        try
        {
            return [.. archive.Entries.Where(e => e.FullName.EndsWith(".npy", StringComparison.Ordinal))];
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new DataException($"{_path}: the archive's directory could not be read ({exception.Message}) The archive is damaged: copy it again.", exception);
        }
    }

    private NpyReader Reader(ZipArchiveEntry entry, string array)
    {
        var stream = new ZipEntryStream(entry, Where(array));
        try
        {
            var reader = new NpyReader(stream, Where(array));
            reader.CheckLength(stream.Length - stream.Position, alone: true);
            return reader;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private string Where(string array) => $"{_path}, array '{array}'";
}
