namespace Inference.Optimization.Records;

/// <summary>A data set that a decision is based on.</summary>
/// <param name="Role">Its use: calibrate, search or report.</param>
/// <param name="Name">The file name.</param>
/// <param name="Sha256">The file's SHA-256; empty for data from code.</param>
public sealed record DataRecord(string Role, string Name, string Sha256);
