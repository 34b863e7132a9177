namespace Inference.Optimization.Records;

/// <summary>Data that a decision rests on.</summary>
/// <param name="Role">What for: calibrate, search or report.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Sha256">Its SHA-256; empty for data from code.</param>
public sealed record DataRecord(string Role, string Name, string Sha256);
