namespace Inference.Cli.Benchmarking;

/// <summary>The options of a benchmark of cold starts.</summary>
/// <param name="Processes">The number of processes per provider, ≥ 1.</param>
/// <param name="After">A model that an additional process per provider loads and runs before the measured one; null: not measured.</param>
internal sealed record ColdOptions(int Processes, string? After);
