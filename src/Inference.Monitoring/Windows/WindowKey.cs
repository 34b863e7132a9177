namespace Inference.Monitoring;

/// <summary>Names a stored window.</summary>
/// <param name="Tier">The length of its span.</param>
/// <param name="Start">The start of the span: of a bucket, its own; of an hour or day, that of the hour or day, in UTC.</param>
public readonly record struct WindowKey(WindowTier Tier, DateTimeOffset Start);
