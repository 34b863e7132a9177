namespace Inference.Cluster;

/// <summary>A disturbed call.</summary>
/// <param name="Ended">When it ended.</param>
/// <param name="Ms">How long it took, milliseconds.</param>
internal sealed record SlowCall(DateTimeOffset Ended, double Ms);
