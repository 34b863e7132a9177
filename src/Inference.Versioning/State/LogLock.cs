using System.Globalization;

namespace Inference.Versioning.State;

/// <summary>The right to write to a log: a file that is open exclusively. The system gives it back when the process dies. Where a file system has no locks there is no protection.</summary>
internal sealed class LogLock : IDisposable
{
    // The codes of "locked by another" on Linux, macOS and Windows; everything else is a failure that waiting does not mend.
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int SharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private LogLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock of a directory.</summary>
    /// <param name="directory">The directory; it is there.</param>
    /// <param name="limit">How long to wait. By the system's clock: the wait is for other processes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="DecisionStoreException">Others had it all the time.</exception>
    /// <exception cref="IOException">The lock file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The lock file cannot be opened.</exception>
    public static async ValueTask<LogLock> TakeAsync(string directory, TimeSpan limit, CancellationToken cancellationToken)
    {
        string path = Path.Combine(directory, "decisions.lock");
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
                throw new DecisionStoreException($"Expected the lock '{path}' within {limit.TotalSeconds:0.#} s, another has it: {Who(holder)}. If that process hangs, end it; the lock is then free.");
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

    // For the message of those who wait too long; a locked file itself cannot be read.
    private static void SayWho(string holder)
    {
        try
        {
            File.WriteAllText(holder, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}, since {TimeProvider.System.GetUtcNow():u}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The lock holds without it.
        }
    }

    private static string Who(string holder)
    {
        try
        {
            string text = File.ReadAllText(holder);
            return text.Length is > 0 and <= 256 ? text : "it does not say who";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "it does not say who";
        }
    }
}
