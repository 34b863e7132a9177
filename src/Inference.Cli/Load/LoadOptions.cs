namespace Inference.Cli.Load;

/// <summary>The options of a load test.</summary>
/// <param name="Rate">Calls a second; null for a curve.</param>
/// <param name="Concurrency">Callers that each wait for their answer before the next call; null for calls at a rate.</param>
/// <param name="Seconds">The duration of each measurement, seconds.</param>
/// <param name="Objective">What must be met; null for nothing.</param>
/// <param name="Seed">Of the times of calls.</param>
internal sealed record LoadOptions(double? Rate, int? Concurrency, double Seconds, LatencyObjective? Objective, int Seed);
