using System.Globalization;

namespace Inference.Onnx.Files;

/// <summary>Finds the files that external tensors refer to inside one folder or one encrypted model, reads, maps or decrypts each once, and owns their content. Thread-safe.</summary>
/// <param name="baseDirectory">The folder; null for none.</param>
/// <param name="options">Limits.</param>
/// <param name="container">The encrypted model, instead of a folder; owned.</param>
internal sealed class ExternalDataSource(string? baseDirectory, OnnxReadOptions options, IFileSet? container = null) : IExternalData
{
    private readonly Dictionary<string, FileContent> _files = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private bool _disposed;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(OnnxTensor tensor, long start, int length, long total)
    {
        var location = Location(tensor);
        var offset = Number(tensor, "offset") ?? 0;
        var stated = Number(tensor, "length") ?? total;
        if (stated != total)
        {
            throw Refused(tensor, $"expected {total} bytes of external data for {tensor}, got \"length\" {stated}. Correct the model.");
        }

        var file = Open(tensor, location);
        if (offset > file.Length || total > file.Length - offset)
        {
            throw Refused(tensor, $"expected bytes {offset} to {offset + (Int128)total} of '{location}', got a file of {file.Length} bytes. Restore the whole file.");
        }

        return file.Slice(offset + start, length);
    }

    /// <inheritdoc/>
    public string Path(OnnxTensor tensor) => container is null ? Resolve(tensor, Location(tensor)) : container.Path ?? throw Refused(tensor, "expected a file, got an encrypted model in memory.");

    /// <inheritdoc/>
    public string Location(OnnxTensor tensor)
    {
        if (baseDirectory is null && container is null)
        {
            throw Refused(tensor, "expected a folder for external data, got none. Load the model by path, or set OnnxReadOptions.BaseDirectory.");
        }

        return tensor.ExternalData.TryGetValue("location", out var location)
            ? location
            : throw Refused(tensor, "expected a \"location\" of the external data, got none. Correct the model.");
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (var file in _files.Values)
            {
                file.Dispose();
            }

            _files.Clear();
            container?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Check(OnnxTensor tensor, long total)
    {
        // Tensors without elements have no bytes to read, but may name a file.
        if (total == 0 && container is null)
        {
            Path(tensor);
        }
        else if (total == 0)
        {
            Open(tensor, Location(tensor));
        }
        else
        {
            Read(tensor, 0, 0, total);
        }
    }

    private static long? Number(OnnxTensor tensor, string key)
    {
        if (!tensor.ExternalData.TryGetValue(key, out var text))
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Refused(tensor, $"expected a whole number of bytes for \"{key}\" of the external data, got '{text}'. Correct the model.");
    }

    private static OnnxFormatException Refused(OnnxTensor tensor, string problem, Exception? inner = null) =>
        new(problem, $"tensor '{tensor.Name}'", innerException: inner);

    private string Resolve(OnnxTensor tensor, string location) => ContainedPath.TryResolve(baseDirectory!, location, out var path, out var reason)
        ? path
        : throw Refused(tensor, $"expected a \"location\" inside the model's folder, got '{location}', which {reason}. Put the file in the model's folder.");

    private FileContent OpenFile(string path, string location) =>
        FileContent.Open(path, location, options.MaxExternalFileBytes, options, nameof(OnnxReadOptions.MaxExternalFileBytes), handle => OpenedFile.Check(handle, path, options.AllowHardLinks));

    private FileContent Contained(OnnxTensor tensor, string location) => ContainedPath.IsPlainRelative(location, out var reason)
        ? container!.Open(ContainedPath.Plain(location), options.MaxExternalFileBytes, nameof(OnnxReadOptions.MaxExternalFileBytes))
            ?? throw Refused(tensor, $"expected external data in '{location}' inside the encrypted model, got none. Encrypt the model again, with its external data beside it.")
        : throw Refused(tensor, $"expected a \"location\" inside the model's folder, got '{location}', which {reason}. Put the file in the model's folder.");

    private FileContent Open(OnnxTensor tensor, string location)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(OnnxModel));
            if (_files.TryGetValue(location, out var known))
            {
                return known;
            }

            try
            {
                var opened = container is null
                    ? OpenFile(Resolve(tensor, location), location)
                    : Contained(tensor, location);
                _files.Add(location, opened);
                return opened;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw Refused(tensor, $"expected external data in '{location}' in folder '{baseDirectory}', got: {e.Message} Put the file in the model's folder.", e);
            }
        }
    }
}
