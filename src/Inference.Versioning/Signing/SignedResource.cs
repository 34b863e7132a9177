namespace Inference.Versioning.Signing;

/// <summary>A file that a statement covers.</summary>
/// <param name="Name">Its path relative to the model, with <c>/</c>.</param>
/// <param name="Digest">Its SHA-256, lower-case hexadecimal.</param>
internal sealed record SignedResource(string Name, string Digest);
