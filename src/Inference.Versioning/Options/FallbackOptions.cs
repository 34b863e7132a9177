using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>When a call is answered by another version or model, and by which.</summary>
public sealed class FallbackOptions
{
    /// <summary>Who answers when the ones before did not, in order: <c>version:previous</c> (the version served before the one that failed), <c>version:NAME</c> (a version or label), <c>model:NAME</c> (another
    /// registered model with the same outputs, such as a cheaper one). Runners given to <c>UseFallback</c> come after these. Read at start.</summary>
    public IList<string> Chain { get; } = [];

    /// <summary>After this time an attempt is left alone and the next in the chain is tried; null, the default: attempts take the time they take, unless the call has a deadline. 1 ms to 1 h.</summary>
    [DurationRange("00:00:00.001", "01:00:00")]
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>Time kept free before the call's deadline for each target that is left in the chain, 0 to 1 h, 0 by default.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan Reserve { get; set; }

    /// <summary>Attempts on one target that were left alone and still run, at most, 0 to 4,096, 8 by default. They keep their version, inputs and thread until they end. Once this many run, no timed attempt is
    /// started on that target any more: the next in the chain is tried, and past the last one the call is shed. 0: attempts are cancelled and waited for, never left alone.</summary>
    [Range(0, 4096)]
    public int MaxDetached { get; set; } = 8;

    /// <summary>Share of failed calls within <see cref="SamplingPeriod"/> that opens a target's circuit, 0.01 to 1, 0.5 by default. An open circuit skips the target. Read at start.</summary>
    [Range(0.01, 1.0)]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>Calls within <see cref="SamplingPeriod"/> before a circuit may open, 2 to 1,000,000, 20 by default. Read at start.</summary>
    [Range(2, 1_000_000)]
    public int MinimumCalls { get; set; } = 20;

    /// <summary>The time failures are counted over, 500 ms to 1 h, 10 s by default. Read at start.</summary>
    [DurationRange("00:00:00.5", "01:00:00")]
    public TimeSpan SamplingPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a circuit stays open before one call tries it again, 500 ms to 1 h, 5 s by default. Another default version closes it at once. Read at start.</summary>
    [DurationRange("00:00:00.5", "01:00:00")]
    public TimeSpan BreakTime { get; set; } = TimeSpan.FromSeconds(5);
}
