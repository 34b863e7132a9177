namespace Inference.Versioning.Watching;

/// <summary>A <see cref="FileSystemWatcher"/> of its own for each directory: for systems on which these are not few.</summary>
internal sealed class FileSystemWatch : DirectoryWatch
{
    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly Action _changed;
    private FileSystemWatcher? _files;
    private string? _problem;
    private bool _disposed;

    public FileSystemWatch(string directory, Action changed)
    {
        _directory = directory;
        _changed = changed;
        TryRearm();
    }

    public override string? Problem => Volatile.Read(ref _problem);

    public override bool TryRearm()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return false;
            }

            _files?.Dispose();
            _files = null;
            try
            {
                _files = new FileSystemWatcher(_directory)
                {
                    IncludeSubdirectories = true,
                    NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size,
                };
                _files.Created += (_, _) => _changed();
                _files.Changed += (_, _) => _changed();
                _files.Deleted += (_, _) => _changed();
                _files.Renamed += (_, _) => _changed();
                _files.Error += (_, e) => Lost(e.GetException());
                _files.EnableRaisingEvents = true;
                Volatile.Write(ref _problem, null);
                return true;
            }
            catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
            {
                _files?.Dispose();
                _files = null;
                Volatile.Write(ref _problem, exception.Message);
                return false;
            }
        }
    }

    public override void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _files?.Dispose();
        }
    }

    // An overflow means that events were lost; a deleted directory ends the watcher. Both are answered by watching again.
    private void Lost(Exception exception)
    {
        Volatile.Write(ref _problem, exception.Message);
        _changed();
    }
}
