namespace Inference.Status;

/// <summary>How a canary is doing: counts now, evidence at the last look, which is taken every few calls.</summary>
public sealed class CanaryStatus
{
    /// <summary>The canary.</summary>
    public required string Version { get; init; }

    /// <summary>Its share of the calls.</summary>
    public required double Percent { get; init; }

    /// <summary>Calls it served.</summary>
    public required long Calls { get; init; }

    /// <summary>How many of them failed.</summary>
    public required long Errors { get; init; }

    /// <summary>Calls the default served meanwhile.</summary>
    public required long ControlCalls { get; init; }

    /// <summary>How many of them failed.</summary>
    public required long ControlErrors { get; init; }

    /// <summary>e-value of the error test: odds against "no worse than the default".</summary>
    public required double ErrorEvidence { get; init; }

    /// <summary>e-value of the latency test.</summary>
    public required double LatencyEvidence { get; init; }

    /// <summary>e-value of the test of the user's metric.</summary>
    public required double MetricEvidence { get; init; }

    /// <summary>Their weighted mean; the canary is rolled back when it reaches <see cref="Limit"/>.</summary>
    public required double Evidence { get; init; }

    /// <summary>1 ÷ <c>CanaryOptions.FalseAlarmProbability</c>.</summary>
    public required double Limit { get; init; }
}
