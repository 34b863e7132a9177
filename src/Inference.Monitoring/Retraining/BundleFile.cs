namespace Inference.Monitoring.Retraining;

/// <summary>A file of a bundle.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal.</param>
internal sealed record BundleFile(string Name, long Bytes, string Sha256);
