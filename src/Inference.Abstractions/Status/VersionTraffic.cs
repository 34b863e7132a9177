namespace Inference.Status;

/// <summary>The calls of one version. Rates, quantiles and means are of about the last minute. Immutable.</summary>
public sealed record VersionTraffic
{
    /// <summary>The version; empty without versions.</summary>
    public required string Version { get; init; }

    /// <summary>Calls that ended since the process started, failed ones included.</summary>
    public long Calls { get; init; }

    /// <summary>Those of them that failed, other than by an invalid input or because the caller cancelled.</summary>
    public long Failed { get; init; }

    /// <summary>Calls per second.</summary>
    public double CallsPerSecond { get; init; }

    /// <summary>Failed calls per second.</summary>
    public double FailedPerSecond { get; init; }

    /// <summary>The median duration of a call; null without calls.</summary>
    public TimeSpan? P50 { get; init; }

    /// <summary>The duration that 95 % of the calls stay within; null without calls.</summary>
    public TimeSpan? P95 { get; init; }

    /// <summary>The duration that 99 % of the calls stay within; null without calls.</summary>
    public TimeSpan? P99 { get; init; }

    /// <summary>The mean duration of a call; null without calls.</summary>
    public TimeSpan? Mean { get; init; }
}
