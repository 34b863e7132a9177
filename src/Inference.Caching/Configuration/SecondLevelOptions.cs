using System.ComponentModel.DataAnnotations;

namespace Inference.Caching;

/// <summary>How an <see cref="Microsoft.Extensions.Caching.Distributed.IDistributedCache"/> is used below the memory of the process.</summary>
/// <remarks>It fails open: whatever goes wrong there, the model answers. Nothing of the inputs is stored in it, only their SHA-256.</remarks>
public sealed class SecondLevelOptions
{
    /// <summary>Whether it is used; false by default.</summary>
    public bool Enabled { get; set; }

    /// <summary>The longest wait for it, per call, 0.1 ms to 1 min; 20 ms by default. What has not answered by then counts as missing.</summary>
    [DurationRange("00:00:00.0001000", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long rows live in it, 1 s to 365 days; 1 day by default.</summary>
    [DurationRange("00:00:01", "365.00:00:00")]
    public TimeSpan TimeToLive { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long it is left alone after it failed or timed out, 0 to 1 h; 5 s by default.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Rows of one call looked up in it at most, 1 to 4,096; 64 by default. The others count as missing.</summary>
    [Range(1, 4096)]
    public int MaxRowsPerCall { get; set; } = 64;

    /// <summary>Rows that wait to be written at most, 1 to 1,048,576; 1,024 by default. Further ones are not written.</summary>
    [Range(1, 1_048_576)]
    public int MaxPendingWrites { get; set; } = 1024;

    /// <summary>How long another process may still read rows of a tenant after it was erased, 0 to 1 h; 5 s by default: the tenant's salt is read anew that often.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan EraseDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Encrypts what is written; gets the tenant and the bytes. Null, the default: written as it is. Set it together with <see cref="Unprotect"/>.</summary>
    public Func<string?, byte[], byte[]>? Protect { get; set; }

    /// <summary>Decrypts what was read; gets the tenant and the bytes. What it throws makes the row count as missing.</summary>
    public Func<string?, byte[], byte[]>? Unprotect { get; set; }
}
