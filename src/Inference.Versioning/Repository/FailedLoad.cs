namespace Inference.Versioning.Repository;

/// <summary>A refused version: not retried before its files change or the retry time is reached.</summary>
internal sealed record FailedLoad(string Stamp, VersionGate Gate, string Message, Exception Cause, int Attempts, DateTimeOffset RetryAt);
