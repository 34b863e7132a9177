namespace Inference.Versioning;

/// <summary>What a valid signature says.</summary>
public sealed class VerifiedModel
{
    /// <summary>The id of the key, or the subject of the certificate.</summary>
    public required string SignedBy { get; init; }

    /// <summary>The SHA-256 of each covered file, lower-case hexadecimal, by relative path with <c>/</c>.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>The name of the model that it was signed for; null if it is not stated.</summary>
    public string? ModelName { get; init; }

    /// <summary>The version that it was signed for; null if it is not stated.</summary>
    public string? Version { get; init; }

    /// <summary>The time of signing, as the signer states it; null if it is not stated.</summary>
    public DateTimeOffset? SignedAt { get; init; }
}
