using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Inference.Caching;

/// <summary>How answers are kept. Named by model; a change is taken up at once.</summary>
public sealed class CachingOptions : IValidatableObject
{
    /// <summary>Bytes that the entries take at most, their inputs and bookkeeping included, 4 KiB to 1 TiB; 64 MiB by default.</summary>
    [Range(4096, 1L << 40)]
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>How long an entry lives, 1 ms to 365 days; null, the default: until it is displaced.</summary>
    [DurationRange("00:00:00.0010000", "365.00:00:00")]
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>Whether the cache measures what it saves and costs, and switches itself off while it does not pay; true by default.</summary>
    public bool Adaptive { get; set; } = true;

    /// <summary>Whether equal rows that miss at the same time run once; true by default.</summary>
    public bool SingleFlight { get; set; } = true;

    /// <summary>What happens on a model whose outputs are not determined by its inputs; fail by default.</summary>
    public NotCacheableMode WhenNotCacheable { get; set; } = NotCacheableMode.Fail;

    /// <summary>A cache outside the process; off by default.</summary>
    [ValidateObjectMembers]
    public SecondLevelOptions SecondLevel { get; } = new();

    /// <summary>Checks what concerns several options at once.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SecondLevel.Protect is null != SecondLevel.Unprotect is null)
        {
            yield return new ValidationResult("SecondLevel: expected both Protect and Unprotect or neither, got one. Set the other.", [nameof(SecondLevel)]);
        }
    }
}
