namespace Inference.Versioning.Watching;

/// <summary>Uses one <see cref="FileSystemWatcher"/> per directory: for systems without a low limit on their number.</summary>
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

    // After an overflow, events are lost; after a deletion, the watcher has ended. In both cases the directory is watched again.
    private void Lost(Exception exception)
    {
        Volatile.Write(ref _problem, exception.Message);
        _changed();
    }
}
