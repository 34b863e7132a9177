namespace Inference.AspNetCore.Models;

/// <summary>Counts of the calls of one version. Thread-safe; the figures of a call may appear one after another.</summary>
internal sealed class VersionStatistics
{
    private long _succeeded;
    private long _succeededNanoseconds;
    private long _failed;
    private long _failedNanoseconds;
    private long _rows;
    private long _last;

    public long Succeeded => Volatile.Read(ref _succeeded);

    public long SucceededNanoseconds => Volatile.Read(ref _succeededNanoseconds);

    public long Failed => Volatile.Read(ref _failed);

    public long FailedNanoseconds => Volatile.Read(ref _failedNanoseconds);

    /// <summary>Rows of the calls that succeeded; a call without a batch axis is one.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>The time of the last call, in milliseconds since 1970; 0 before.</summary>
    public long LastMilliseconds => Volatile.Read(ref _last);

    public void AddSuccess(long rows, TimeSpan elapsed, DateTimeOffset now)
    {
        Interlocked.Increment(ref _succeeded);
        Interlocked.Add(ref _succeededNanoseconds, (long)elapsed.TotalNanoseconds);
        Interlocked.Add(ref _rows, rows);
        Volatile.Write(ref _last, now.ToUnixTimeMilliseconds());
    }

    public void AddFailure(TimeSpan elapsed, DateTimeOffset now)
    {
        Interlocked.Increment(ref _failed);
        Interlocked.Add(ref _failedNanoseconds, (long)elapsed.TotalNanoseconds);
        Volatile.Write(ref _last, now.ToUnixTimeMilliseconds());
    }
}
