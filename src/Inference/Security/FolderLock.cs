namespace Inference.Security;

/// <summary>The lock of a folder among processes: a file opened exclusively, released by the operating system if the process dies.</summary>
internal static class FolderLock
{
    // The error codes of a locked file on Linux, macOS and Windows; waiting does not help against others.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Waits for the lock, by the system clock, because it waits for other processes.</summary>
    /// <exception cref="KeyException">It was not free in time.</exception>
    public static async ValueTask<FileStream> TakeAsync(string folder, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, "subjects.lock");
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return Open(path, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or SharingViolation)
            {
                if (TimeProvider.System.GetElapsedTime(started) >= s_limit)
                {
                    throw new KeyException($"Expected the lock '{path}' within {s_limit.TotalSeconds:0} s, another process holds it. If it does not respond, end it.", exception);
                }
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a file that, if it is made, only its owner can read.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share = FileShare.ReadWrite)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
