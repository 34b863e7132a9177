using System.ComponentModel.DataAnnotations;

namespace Inference.Versioning;

/// <summary>Options of a fallback: when a call is answered by another version or model, and by which.</summary>
public sealed class FallbackOptions
{
    /// <summary>The targets tried in order after the inner runner: <c>version:previous</c> (the version served before the one that failed), <c>version:NAME</c> (a version or label), <c>model:NAME</c> (another
    /// registered model with the same outputs, such as a cheaper one). Runners passed to <c>UseFallback</c> come after these.</summary>
    public IList<string> Chain { get; } = [];

    /// <summary>The time after which an attempt is given up and the next target is tried, 1 ms to 1 h; null, the default: no limit, unless the call has a deadline.</summary>
    [DurationRange("00:00:00.001", "01:00:00")]
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>The time reserved before the call's deadline for each remaining target of the chain, 0 to 1 h; the default is 0.</summary>
    [DurationRange("00:00:00", "01:00:00")]
    public TimeSpan Reserve { get; set; }

    /// <summary>The maximum number of attempts on one target that exceeded their time limit, were detached and still run, 0 to 4,096; the default is 8. They keep their version, inputs and thread until they end. At the limit, no timed attempt is
    /// started on that target: the next target is tried, and after the last one the call is shed. With 0, attempts are cancelled and awaited, never detached.</summary>
    [Range(0, 4096)]
    public int MaxDetached { get; set; } = 8;

    /// <summary>The share of failed calls within <see cref="SamplingPeriod"/> that opens a target's circuit, 0.01 to 1; the default is 0.5. A target with an open circuit is skipped.</summary>
    [Range(0.01, 1.0)]
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>The minimum number of calls within <see cref="SamplingPeriod"/> before a circuit may open, 2 to 1,000,000; the default is 20.</summary>
    [Range(2, 1_000_000)]
    public int MinimumCalls { get; set; } = 20;

    /// <summary>The period over which failures are counted, 500 ms to 1 h; the default is 10 s.</summary>
    [DurationRange("00:00:00.5", "01:00:00")]
    public TimeSpan SamplingPeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a circuit stays open before one call tries the target again, 500 ms to 1 h; the default is 5 s. A change of the default version closes it at once.</summary>
    [DurationRange("00:00:00.5", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The share of calls in the last minute, answered by a target other than the first, at which the model becomes degraded and a warning is logged once per minute, 0.001 to 1; the default is 0.1. Evaluated from 20 calls per minute.</summary>
    [Range(0.001, 1.0)]
    public double DegradedShare { get; set; } = 0.1;
}
