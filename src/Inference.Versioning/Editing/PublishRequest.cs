namespace Inference.Versioning;

/// <summary>A version to publish by <see cref="RepositoryEditor.PublishAsync"/>.</summary>
public sealed class PublishRequest
{
    /// <summary>The model file.</summary>
    public required string Model { get; init; }

    /// <summary>The files with its external data, relative to the model file's folder; they keep these names. Empty by default.</summary>
    public IReadOnlyList<string> ExternalFiles { get; init; } = [];

    /// <summary>The version; null, the default, for a number one above the newest.</summary>
    public string? Version { get; init; }

    /// <summary>Who publishes: 1 to 128 characters, no control characters; not one of <see cref="Decisions.DecisionActors"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>Why: 1 to 1,024 characters, no control characters.</summary>
    public required string Reason { get; init; }

    /// <summary>The digest of the training data, up to 256 characters; null for none.</summary>
    public string? DataDigest { get; init; }

    /// <summary>The commit of the program that made the model, up to 256 characters; null for none.</summary>
    public string? Commit { get; init; }

    /// <summary>The file with the configuration of the training; its content, or its digest alone if it is longer than 64 KiB or not UTF-8, is recorded. Null for none.</summary>
    public string? ConfigurationFile { get; init; }

    /// <summary>The reference profile, which is copied beside the model; null for none.</summary>
    public string? ProfileFile { get; init; }

    /// <summary>The file with the golden rows: a JSON object as <c>golden</c> in a manifest. Null for none.</summary>
    public string? GoldenFile { get; init; }

    /// <summary>The file with the verdict of a check: a JSON object with the boolean <c>passed</c>, which must be true. Null for none.</summary>
    public string? CheckFile { get; init; }

    /// <summary>The optimizer's decision record, a JSON object; null for none.</summary>
    public string? Optimization { get; init; }

    /// <summary>The program that publishes, with its version, up to 256 characters; null, the default, for the version of this library.</summary>
    public string? Tool { get; init; }

    /// <summary>The private key on P-256 that signs the manifest before the version is visible; null, the default, for none. It stays the caller's.</summary>
    public ModelSigningKey? SigningKey { get; init; }

    /// <summary>The key's id in <see cref="SigningOptions.Keys"/>; the default is <c>default</c>.</summary>
    public string SigningKeyId { get; init; } = "default";
}
