namespace Inference;

/// <summary>A file that is published with a model. Its content is not verified: who reads it compares it with the digest.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Sha256">The SHA-256 that the publisher states, hexadecimal; empty for none.</param>
public sealed record ModelFile(string Path, string Sha256)
{
    /// <summary>The kind of the reference profile that the model's inputs and outputs are monitored by.</summary>
    public const string Profile = "profile";
}
