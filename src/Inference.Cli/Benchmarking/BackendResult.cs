namespace Inference.Cli.Benchmarking;

/// <summary>The measurements of one provider.</summary>
/// <param name="Backend">The provider.</param>
/// <param name="Start">Load and first run: warm, or the medians of cold processes.</param>
/// <param name="Latency">Run times; null if only cold starts were measured.</param>
/// <param name="AllocatedBytesPerRun">Managed bytes per run; null if only cold starts were measured.</param>
internal sealed record BackendResult(string Backend, StartCost Start, LatencySummary? Latency, long? AllocatedBytesPerRun);
