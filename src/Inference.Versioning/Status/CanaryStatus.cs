namespace Inference.Versioning;

/// <summary>How a canary is doing.</summary>
/// <param name="Version">The canary.</param>
/// <param name="Percent">Its share of the calls.</param>
/// <param name="Calls">Calls it served.</param>
/// <param name="Errors">How many of them failed.</param>
/// <param name="ControlCalls">Calls the default served meanwhile.</param>
/// <param name="ControlErrors">How many of them failed.</param>
/// <param name="ErrorEvidence">e-value of the error test: odds against "no worse than the default".</param>
/// <param name="LatencyEvidence">e-value of the latency test.</param>
/// <param name="MetricEvidence">e-value of the test of the user's metric.</param>
/// <param name="Evidence">Their weighted mean; the canary is rolled back when it reaches <paramref name="Limit"/>.</param>
/// <param name="Limit">1 ÷ <see cref="CanaryOptions.FalseAlarmProbability"/>.</param>
public sealed record CanaryStatus(
    string Version,
    double Percent,
    long Calls,
    long Errors,
    long ControlCalls,
    long ControlErrors,
    double ErrorEvidence,
    double LatencyEvidence,
    double MetricEvidence,
    double Evidence,
    double Limit);
