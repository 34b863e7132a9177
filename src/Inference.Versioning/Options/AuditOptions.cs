using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>Options of the decision log's audit: what is recorded, and the key by which the log is signed at intervals and when the model is closed, so that whoever can write the file cannot rewrite it. All but <see cref="RecordLoads"/> are read at startup only.</summary>
public sealed class AuditOptions
{
    /// <summary>The private key that signs the log, PEM: ECDSA on P-256, P-384 or P-521; null, the default, for none. Take it from a store of secrets, not from a file beside the log.</summary>
    public string? SigningKey { get; set; }

    /// <summary>A file with the private key, as an alternative to <see cref="SigningKey"/>; null, the default, for none.</summary>
    public string? SigningKeyFile { get; set; }

    /// <summary>The passphrase of an encrypted key; null, the default, for none.</summary>
    public string? Passphrase { get; set; }

    /// <summary>The number of records after which the log is signed, 1 to 10,000; the default is 100.</summary>
    [Range(1, 10_000)]
    public int EveryDecisions { get; set; } = 100;

    /// <summary>The time after which a record is signed, 1 s to 7 days; the default is 1 h. It is checked when the repository is polled.</summary>
    [DurationRange("00:00:01", "7.00:00:00")]
    public TimeSpan EveryInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Whether loaded versions are recorded, once for their files, with digest and key; the default is true.</summary>
    public bool RecordLoads { get; set; } = true;
}
