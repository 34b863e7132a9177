namespace Inference.Versioning.Folders;

/// <summary>A version found in the repository.</summary>
/// <param name="Version">The directory's name.</param>
/// <param name="Path">The directory.</param>
/// <param name="Stamp">Changes when any file of the version changes: names, lengths and times of its files, hashed.</param>
/// <param name="Bytes">The total length of its files, its manifest and signature excluded.</param>
/// <param name="Labels">The labels in its manifest; empty if there is no manifest, it cannot be read, or it is not trusted.</param>
internal sealed record VersionFolder(string Version, string Path, string Stamp, long Bytes, IReadOnlyList<string> Labels)
{
    public const string ModelFile = "model.onnx";

    public const string ManifestFile = "manifest.json";
}
