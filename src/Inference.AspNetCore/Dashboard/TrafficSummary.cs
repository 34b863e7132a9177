namespace Inference.AspNetCore.Dashboard;

/// <summary>The calls of about a minute; durations in seconds.</summary>
internal readonly record struct TrafficSummary(long Calls, double CallsPerSecond, double FailedPerSecond, double P50, double P95, double P99, double Mean);
