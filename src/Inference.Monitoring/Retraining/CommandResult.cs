namespace Inference.Monitoring.Retraining;

/// <summary>How a command ended.</summary>
/// <param name="Error">Why it failed; null if it did not.</param>
/// <param name="Output">The last of its output.</param>
internal sealed record CommandResult(string? Error, string Output);
