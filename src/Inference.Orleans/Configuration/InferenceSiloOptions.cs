using System.ComponentModel.DataAnnotations;

namespace Inference.Orleans;

/// <summary>Options of a silo that runs models.</summary>
public sealed class InferenceSiloOptions : IValidatableObject
{
    /// <summary>The bytes of weights that the silo's models may take together, 1 MiB to 2⁶²; the default is half of the memory that the process may use. A model's bytes are those of its files, or what <see cref="BytesOf"/> says.</summary>
    [Range(1L << 20, 1L << 62)]
    public long MaxModelBytes { get; set; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>The bytes that a model takes while it is loaded, by its name; null, the default: the bytes of its files. Must be thread-safe, and give the same bytes for a model every time.</summary>
    public Func<string, long>? BytesOf { get; set; }

    /// <summary>The calls that the silo takes for one model at once, running or waiting, 1 to 1,000,000; the default is 256. Further calls are refused, and their callers ask another replica.</summary>
    [Range(1, 1_000_000)]
    public int MaxCallsPerModel { get; set; } = 256;

    /// <summary>The names of models that are loaded when the silo starts and are never unloaded. Empty by default.</summary>
    public ISet<string> Pinned { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The most replicas of a model, 1 to 1,000; the default is 16. Each is in another silo while there are enough.</summary>
    [Range(1, 1_000)]
    public int MaxReplicas { get; set; } = 16;

    /// <summary>A replica is added when the oldest waiting call of each is older than this, 1 ms to 1 h; the default is 50 ms.</summary>
    [DurationRange("00:00:00.001", "01:00:00")]
    public TimeSpan ScaleUpAge { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long calls must be old before a replica is added, 0 to 1 h; the default is 2 s.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan ScaleUpAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long all replicas must be idle for most of the time before one is removed, 1 s to 1 day; the default is 1 min.</summary>
    [DurationRange("00:00:01", "1.00:00:00")]
    public TimeSpan ScaleDownAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the last replica is idle before it is removed too, 1 min to 30 days; the default is 15 min. The model stays loaded until another needs its memory.</summary>
    [DurationRange("00:01:00", "30.00:00:00")]
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The interval at which the silo exchanges loads and heads of decision logs with the others, 10 ms to 1 min; the default is 1 s.</summary>
    [DurationRange("00:00:00.010", "00:01:00")]
    public TimeSpan ExchangeInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The interval at which evidence of trials in progress is exchanged, 10 ms to 1 min; the default is 100 ms.</summary>
    [DurationRange("00:00:00.010", "00:01:00")]
    public TimeSpan EvidenceInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the directory may be out of reach before the health of models says so, 1 s to 1 h; the default is 10 s. They serve the last known decisions all the while.</summary>
    [DurationRange("00:00:01", "01:00:00")]
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(10);

    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        if (ExchangeInterval > StaleAfter)
        {
            yield return new ValidationResult($"StaleAfter: expected at least the ExchangeInterval of {ExchangeInterval}, got {StaleAfter}. Raise it.", [nameof(StaleAfter)]);
        }
    }
}
