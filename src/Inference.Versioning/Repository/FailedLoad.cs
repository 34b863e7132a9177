namespace Inference.Versioning.Repository;

/// <summary>A refused version: not tried again before its files change or the time comes.</summary>
internal sealed record FailedLoad(string Stamp, VersionGate Gate, string Message, Exception Cause, int Attempts, DateTimeOffset RetryAt);
