namespace Inference.Optimization.Gate;

/// <summary>The rows that a gate judged by.</summary>
/// <param name="Name">The file name.</param>
/// <param name="Sha256">The file's SHA-256; empty for data from code.</param>
/// <param name="Rows">The number of rows; 0 if they were not read.</param>
public sealed record GateData(string Name, string Sha256, long Rows);
