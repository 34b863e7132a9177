namespace Inference.Versioning.Manifest;

/// <summary>A file of a version with a purpose of its own.</summary>
internal sealed class ManifestFile
{
    /// <summary>The path, relative to the version's directory.</summary>
    public string? File { get; set; }

    /// <summary>Its SHA-256, hexadecimal.</summary>
    public string? Sha256 { get; set; }
}
