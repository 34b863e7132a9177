namespace Inference.Status;

/// <summary>The state of a canary: current counts, and the evidence at its last evaluation, which happens every few calls.</summary>
public sealed class CanaryStatus
{
    /// <summary>The version on trial.</summary>
    public required string Version { get; init; }

    /// <summary>Its share of the calls, 0 to 100.</summary>
    public required double Percent { get; init; }

    /// <summary>Calls served by the canary.</summary>
    public required long Calls { get; init; }

    /// <summary>The number of these calls that failed.</summary>
    public required long Errors { get; init; }

    /// <summary>Calls served by the default since the trial began.</summary>
    public required long ControlCalls { get; init; }

    /// <summary>The number of these calls that failed.</summary>
    public required long ControlErrors { get; init; }

    /// <summary>e-value of the error test: evidence against "no worse than the default".</summary>
    public required double ErrorEvidence { get; init; }

    /// <summary>e-value of the latency test.</summary>
    public required double LatencyEvidence { get; init; }

    /// <summary>e-value of the test of the user's metric.</summary>
    public required double MetricEvidence { get; init; }

    /// <summary>e-value of the test of outcomes; 1 if they are not judged.</summary>
    public double OutcomeEvidence { get; init; } = 1;

    /// <summary>e-value of the test of the model's processor time; 1 if it is not judged.</summary>
    public double CostEvidence { get; init; } = 1;

    /// <summary>The outcomes of both arms; null if they are not judged.</summary>
    public OutcomeTrialStatus? Outcomes { get; init; }

    /// <summary>The weighted mean of all; the canary is rolled back when it reaches <see cref="Limit"/>.</summary>
    public required double Evidence { get; init; }

    /// <summary>1 ÷ <c>CanaryOptions.FalseAlarmProbability</c>.</summary>
    public required double Limit { get; init; }
}
