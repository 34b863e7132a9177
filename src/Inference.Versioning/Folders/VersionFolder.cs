namespace Inference.Versioning.Folders;

/// <summary>A version found in the repository.</summary>
/// <param name="Version">The directory's name.</param>
/// <param name="Path">The directory.</param>
/// <param name="Stamp">Changes when any file of the version changes: names, lengths and times of its files, hashed.</param>
/// <param name="Bytes">The total length of its files, its manifest and signature excluded.</param>
/// <param name="Labels">The labels in its manifest; empty if there is no manifest, it cannot be read, or it is not trusted.</param>
/// <param name="Lineage">What its manifest states that it was made from, by name; null where it is not read.</param>
internal sealed record VersionFolder(string Version, string Path, string Stamp, long Bytes, IReadOnlyList<string> Labels, IReadOnlyDictionary<string, string>? Lineage = null)
{
    public const string ModelFile = "model.onnx";

    public const string ManifestFile = "manifest.json";
}
