namespace Inference.Cli.Benchmarking;

/// <summary>How to measure fresh processes.</summary>
/// <param name="Processes">Processes a provider, ≥ 1.</param>
/// <param name="After">A model that another process a provider loads and runs before the one measured; null: not measured.</param>
internal sealed record ColdOptions(int Processes, string? After);
