namespace Inference.Monitoring.Retraining;

/// <summary>What a webhook is told of a bundle.</summary>
/// <param name="Event">Always <c>retraining</c>.</param>
/// <param name="Path">The folder of the bundle.</param>
/// <param name="Bundle">Its <c>reason.json</c>.</param>
internal sealed record BundleNotice(string Event, string Path, BundleRecord Bundle);
