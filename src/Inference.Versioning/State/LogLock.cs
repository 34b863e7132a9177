using System.Globalization;

namespace Inference.Versioning.State;

/// <summary>A lock that processes share, such as that of a log: a file opened exclusively, released by the operating system if the process dies. A file system without locks gives no protection.</summary>
internal sealed class LogLock : IDisposable
{
    // The error codes of a locked file on Linux, macOS and Windows; waiting does not help against others.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private LogLock(FileStream file) => _file = file;

    /// <summary>The name of the lock of a log.</summary>
    public const string OfLog = "decisions.lock";

    /// <summary>Waits for a lock.</summary>
    /// <param name="path">The file; its directory must exist.</param>
    /// <param name="limit">The time to wait, by the system clock, because it waits for other processes.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <exception cref="DecisionStoreException">The lock was not free in time.</exception>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock file cannot be opened.</exception>
    public static async ValueTask<LogLock> TakeAsync(string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        string holder = path + ".holder";
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryOpen(path) is { } file)
            {
                SayWho(holder);
                return new LogLock(file);
            }

            if (TimeProvider.System.GetElapsedTime(started) >= limit)
            {
                throw new DecisionStoreException($"Expected the lock '{path}' within {limit.TotalSeconds:0.#} s, it is held by: {Who(holder)}. If that process does not respond, end it to release the lock.");
            }

            await Task.Delay(s_longestPause * (0.1 + (0.9 * Random.Shared.NextDouble())), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or SharingViolation)
        {
            return null;
        }
    }

    // For the error message of other processes; the locked file itself cannot be read.
    private static void SayWho(string holder)
    {
        try
        {
            File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}, since {TimeProvider.System.GetUtcNow():u}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The lock is valid without it.
        }
    }

    private static string Who(string holder)
    {
        try
        {
            string text = File.ReadAllText(holder);
            return text.Length is > 0 and <= 256 ? text : "unknown";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
