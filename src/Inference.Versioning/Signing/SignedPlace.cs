namespace Inference.Versioning.Signing;

/// <summary>Where a model and its bundle are.</summary>
/// <param name="Root">The folder that names of files are relative to.</param>
/// <param name="FileName">The model file's name; null if the whole folder is the model.</param>
/// <param name="SignaturePath">The bundle.</param>
/// <param name="SignatureName">The bundle's name relative to the folder; null if it lies elsewhere.</param>
internal sealed record SignedPlace(string Root, string? FileName, string SignaturePath, string? SignatureName)
{
    /// <summary>The name of the file or folder.</summary>
    public string Name => FileName ?? (Path.GetFileName(Root) is { Length: > 0 } name ? name : "model");

    /// <exception cref="ModelLoadException">There is no such file or folder.</exception>
    public static SignedPlace Of(string model, ModelSignatureOptions options)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(model));
        bool isFolder = Directory.Exists(full);
        if (!isFolder && !File.Exists(full))
        {
            throw new ModelLoadException($"Model '{model}': expected a file or a folder, found none. Check the path.");
        }

        string root = isFolder ? full : Path.GetDirectoryName(full)!;
        string signature = options.SignaturePath is { } path ? Path.GetFullPath(path) : isFolder ? Path.Combine(full, ModelSigner.SignatureFile) : Path.ChangeExtension(full, ".sig");
        string relative = Path.GetRelativePath(root, signature).Replace(Path.DirectorySeparatorChar, '/');
        return new SignedPlace(root, isFolder ? null : Path.GetFileName(full), signature, ResourceName.IsCanonical(relative) && !Path.IsPathRooted(relative) ? relative : null);
    }
}
