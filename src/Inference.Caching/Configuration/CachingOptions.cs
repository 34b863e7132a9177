using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Inference.Caching;

/// <summary>Options of caching. Named by model; a change takes effect immediately.</summary>
public sealed class CachingOptions : IValidatableObject
{
    /// <summary>The maximum size of all entries in bytes, including their inputs and bookkeeping, 4 KiB to 1 TiB; the default is 64 MiB.</summary>
    [Range(4096, 1L << 40)]
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>The lifetime of an entry, 1 ms to 365 days; null, the default: until it is evicted.</summary>
    [DurationRange("00:00:00.0010000", "365.00:00:00")]
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>Whether the cache measures what it saves and costs, and is disabled while it does not pay; the default is true.</summary>
    public bool Adaptive { get; set; } = true;

    /// <summary>Whether equal rows that miss concurrently run once; the default is true.</summary>
    public bool SingleFlight { get; set; } = true;

    /// <summary>How a model is handled whose outputs are not determined by its inputs; the default is <see cref="NotCacheableMode.Fail"/>.</summary>
    public NotCacheableMode WhenNotCacheable { get; set; } = NotCacheableMode.Fail;

    /// <summary>Options of the second level, a distributed cache; disabled by default.</summary>
    [ValidateObjectMembers]
    public SecondLevelOptions SecondLevel { get; } = new();

    /// <summary>Validates constraints that involve several options.</summary>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (SecondLevel.Protect is null != SecondLevel.Unprotect is null)
        {
            yield return new ValidationResult("SecondLevel: expected both Protect and Unprotect or neither, got only one. Set the other one.", [nameof(SecondLevel)]);
        }
    }
}
