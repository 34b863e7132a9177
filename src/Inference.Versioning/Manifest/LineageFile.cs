namespace Inference.Versioning;

/// <summary>A file that a version was made with. Immutable.</summary>
public sealed class LineageFile
{
    /// <summary>Its name, without a path.</summary>
    public required string Name { get; init; }

    /// <summary>Its SHA-256, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Its content; null if it is longer than 64 KiB or not UTF-8.</summary>
    public string? Text { get; init; }
}
