namespace Inference.Monitoring.Retraining;

/// <summary>What is known of a model when reasons are looked for.</summary>
/// <param name="Drift">The state of its monitoring.</param>
/// <param name="Description">What monitoring says; empty for nothing.</param>
/// <param name="Performance">Its metrics.</param>
internal sealed record RetrainingSignals(MonitoringState Drift, string Description, IReadOnlyList<PerformanceReading> Performance);
