using System.ComponentModel.DataAnnotations;

namespace Inference.Caching;

/// <summary>Options of the second level: an <see cref="Microsoft.Extensions.Caching.Distributed.IDistributedCache"/> behind the cache in memory.</summary>
/// <remarks>
/// The second level fails open: if it fails, the model answers. It stores no inputs, only their SHA-256. If <see cref="Inference.Security.ISubjectKeys"/> are registered, rows are encrypted under the keys of the call's subject and tenant;
/// without them, rows of calls about a subject are not written, because they could not be erased.
/// </remarks>
public sealed class SecondLevelOptions
{
    /// <summary>Whether the second level is used; the default is false.</summary>
    public bool Enabled { get; set; }

    /// <summary>The maximum time that a call waits for it, 0.1 ms to 1 min; the default is 20 ms. Rows not received by then count as missing.</summary>
    [DurationRange("00:00:00.0001000", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The lifetime of rows in it, 1 s to 365 days; the default is 1 day.</summary>
    [DurationRange("00:00:01", "365.00:00:00")]
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long it is not used after a failure or time-out, 0 to 1 h; the default is 5 s.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The maximum number of rows of one call that are looked up in it, 1 to 4,096; the default is 64. The others count as missing.</summary>
    [Range(1, 4096)]
    public int MaxRowsPerCall { get; set; } = 64;

    /// <summary>The maximum number of rows waiting to be written, 1 to 1,048,576; the default is 1,024. Further rows are not written.</summary>
    [Range(1, 1_048_576)]
    public int MaxPendingWrites { get; set; } = 1024;

    /// <summary>How long other processes may still read a tenant's rows after the tenant was erased, 0 to 1 h; the default is 5 s. It is the interval at which a tenant's salt is read again.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan EraseDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Encrypts what is written; receives the tenant and the bytes. Null, the default: bytes are stored as they are. Set it together with <see cref="Unprotect"/>.</summary>
    public Func<string?, byte[], byte[]>? Protect { get; set; }

    /// <summary>Decrypts what was read; receives the tenant and the bytes. If it throws, the row counts as missing.</summary>
    public Func<string?, byte[], byte[]>? Unprotect { get; set; }
}
