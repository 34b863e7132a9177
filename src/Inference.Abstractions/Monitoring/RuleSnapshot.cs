namespace Inference.Monitoring;

/// <summary>A rule about a monitored model as a whole that is violated. Immutable.</summary>
/// <param name="Rule">The rule: <c>freshness</c> (no calls come), <c>volume</c> (far more or fewer rows than usual), <c>performance</c> (labels show worse metrics than the scores promise).</param>
/// <param name="State">Warning or alarm.</param>
/// <param name="Detail">What was found, for people: one clause.</param>
public sealed record RuleSnapshot(string Rule, MonitoringState State, string Detail);
