namespace Inference.Cli.Benchmarking;

/// <summary>What was measured of one provider.</summary>
/// <param name="Backend">The provider.</param>
/// <param name="Start">Load and first run: warm, or, of cold processes, their medians.</param>
/// <param name="Latency">Run times; null where only cold starts were measured.</param>
/// <param name="AllocatedBytesPerRun">Managed bytes a run; null where only cold starts were measured.</param>
internal sealed record BackendResult(string Backend, StartCost Start, LatencySummary? Latency, long? AllocatedBytesPerRun);
