using Inference.Status;

namespace Inference.Versioning;

/// <summary>A version in a repository, as its files and the log of decisions state it. Immutable.</summary>
public sealed class VersionRecord
{
    /// <summary>Its name.</summary>
    public required string Version { get; init; }

    /// <summary><see cref="ModelVersionState.Default"/>, <see cref="ModelVersionState.Canary"/>, <see cref="ModelVersionState.Rejected"/> or <see cref="ModelVersionState.Refused"/> as last decided, otherwise
    /// <see cref="ModelVersionState.Available"/>. Which versions are loaded is known to the processes that serve.</summary>
    public required ModelVersionState State { get; init; }

    /// <summary>The labels assigned to it.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The digest of the model, as the manifest states it; null if it does not.</summary>
    public string? Digest { get; init; }

    /// <summary>The total size of its files in bytes, manifest and signature excluded.</summary>
    public required long Bytes { get; init; }

    /// <summary>What it was made from; null if its manifest does not tell.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>The id of the key that signed the manifest, or the name of the bundle beside the model; null if it is not signed.</summary>
    public string? SignedBy { get; init; }

    /// <summary>Whether the signature was verified by a trusted key, with the digests of all files; null if no keys are trusted (<see cref="VersioningOptions.Signing"/>).</summary>
    public bool? IsVerified { get; init; }

    /// <summary>Why it cannot serve, or why its signature is not valid; null if nothing is known against it.</summary>
    public string? Problem { get; init; }
}
