namespace Inference.Onnx.Files;

/// <summary>A file that is written under a temporary name in the same folder and renamed when complete.</summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
    private bool _done;

    public AtomicFile(string path)
    {
        _path = path;
        _temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        Stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
    }

    public FileStream Stream { get; }

    /// <summary>Brings the content to the disk, so that a crash after the renaming cannot leave an empty file.</summary>
    public void Complete()
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
    }

    /// <summary>Gives the file its name. A mapping of the file that had it stays what it was.</summary>
    public void TakeName()
    {
        try
        {
            File.Move(_temporary, _path, overwrite: true);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException && File.Exists(_path))
        {
            // Windows does not replace a file that is mapped, but renames it: the old file is renamed and deleted, or remains while it is mapped.
            var aside = $"{_path}.{Guid.NewGuid():N}.old";
            File.Move(_path, aside);
            File.Move(_temporary, _path);
            TryDelete(aside);
        }

        _done = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_done)
        {
            TryDelete(_temporary);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover file is harmless; the error that led here, if any, is the one to report.
        }
    }
}
