namespace Inference.Versioning.Signing;

/// <summary>Annotations of the first resource of a statement: for which model and version the files were signed, so that they cannot be presented as another.</summary>
/// <param name="Model">The model's name; null if it is not stated.</param>
/// <param name="Version">The version; null if it is not stated.</param>
/// <param name="SignedAt">The time of signing, as the signer states it; null if it is not stated.</param>
internal sealed record StatementFacts(string? Model = null, string? Version = null, DateTimeOffset? SignedAt = null)
{
    public const string ModelName = "inference.model";

    public const string VersionName = "inference.version";

    public const string SignedAtName = "inference.signedAt";
}
