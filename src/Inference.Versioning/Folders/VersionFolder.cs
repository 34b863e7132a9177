namespace Inference.Versioning.Folders;

/// <summary>One version as found in the repository.</summary>
/// <param name="Version">The directory's name.</param>
/// <param name="Path">The directory.</param>
/// <param name="Stamp">Changes when any file of the version changes: names, lengths and times of its files, hashed.</param>
/// <param name="Bytes">Length of its files, manifest excluded.</param>
/// <param name="Labels">Labels its manifest names; empty where there is none or it cannot be read.</param>
internal sealed record VersionFolder(string Version, string Path, string Stamp, long Bytes, IReadOnlyList<string> Labels)
{
    public const string ModelFile = "model.onnx";

    public const string ManifestFile = "manifest.json";
}
