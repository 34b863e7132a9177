namespace Inference.Versioning.Manifest;

/// <summary>The files that a version's manifest names for a purpose. Immutable; thread-safe.</summary>
internal sealed class VersionFiles(ModelFile profile) : IModelFiles
{
    /// <summary>The files of a manifest; null if it names none.</summary>
    public static VersionFiles? Of(ModelManifest? manifest, string directory) =>
        manifest?.Profile is { File: { Length: > 0 } file } named ? new VersionFiles(new ModelFile(Path.GetFullPath(Path.Combine(directory, file)), named.Sha256 ?? "")) : null;

    public ModelFile? Find(string kind) => kind == ModelFile.Profile ? profile : null;
}
