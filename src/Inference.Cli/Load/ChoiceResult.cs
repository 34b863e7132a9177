namespace Inference.Cli.Load;

/// <summary>What a way to batch allows under an objective.</summary>
/// <param name="Batching">The way; null for none.</param>
/// <param name="Rate">The largest rate at which the objective was met; 0 for none.</param>
/// <param name="Latency">The quantile of the objective at that rate, or at the lowest rate that was tried, in microseconds.</param>
internal sealed record ChoiceResult(BatchingChoice? Batching, double Rate, double Latency);
