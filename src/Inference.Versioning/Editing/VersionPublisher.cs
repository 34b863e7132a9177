using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Inference.Versioning.Loading;
using Inference.Versioning.Manifest;
using Inference.Versioning.Signing;

namespace Inference.Versioning.Editing;

/// <summary>Writes a version aside, runs it through its gates, and renames it into the repository.</summary>
internal sealed class VersionPublisher(string root, string modelName, VersionLoader loader, VersioningOptions options)
{
    /// <summary>Publishes a version.</summary>
    /// <returns>The version, and what was loaded of it.</returns>
    /// <exception cref="VersionRefusedException">It does not pass its gates.</exception>
    /// <exception cref="InferenceException">A file cannot be read or written, or the version exists.</exception>
    public async ValueTask<(string Version, ModelInfo Info)> PublishAsync(PublishRequest request, ModelLineage lineage, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> sources = PublishFiles.Sources(request);
        var manifest = new ModelManifest { Golden = PublishFiles.Golden(request), Lineage = JsonSerializer.SerializeToElement(lineage, ManifestJson.Default.ModelLineage) };
        CreateRoot();
        using StagingFolder staging = await StagingFolder.TakeAsync(root, cancellationToken).ConfigureAwait(false);
        string version = request.Version ?? NextNumber();
        RequireNew(version);
        string staged = staging.Create(version);
        manifest.Files = await CopyAsync(sources, staged, cancellationToken).ConfigureAwait(false);
        if (request.ProfileFile is { } profile)
        {
            string name = Path.GetFileName(profile);
            manifest.Profile = new ManifestFile { File = name, Sha256 = manifest.Files[name] };
        }

        await WriteAsync(manifest, staged, request, cancellationToken).ConfigureAwait(false);
        ModelInfo info = await TryAsync(version, staged, cancellationToken).ConfigureAwait(false);
        if (lineage.CheckedDigest is { } digest && !ManifestReader.SameDigest(digest, info.Digest))
        {
            throw new CheckRefusedException($"Model '{modelName}': expected the verdict of a check of the model with digest {info.Digest}, got one of {PlainText.Shown(digest)}. The version is not published; check the model that is published.");
        }

        manifest.Digest = info.Digest.Length > 0 ? "sha256:" + info.Digest : null;
        await WriteAsync(manifest, staged, request, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        RequireNew(version);
        staging.Reveal(staged);
        return (version, info);
    }

    // The model's folder is created; the repository is not, so that a mistyped path is refused.
    private void CreateRoot()
    {
        if (Directory.Exists(root))
        {
            return;
        }

        PublishedName.Require(Path.GetFileName(root), "a model", "directory");
        string? repository = Path.GetDirectoryName(root);
        if (!Directory.Exists(repository))
        {
            throw new ModelLoadException($"'{PlainText.Shown(repository ?? root)}': expected the folder of a repository, found none. Create it, or check the path.");
        }

        Directory.CreateDirectory(root);
        DurableFile.FlushDirectory(repository);
    }

    private static async ValueTask<Dictionary<string, string>> CopyAsync(IReadOnlyDictionary<string, string> sources, string staged, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string source) in sources)
        {
            string target = Path.Combine(staged, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            digests[name] = await DurableFile.CopyAsync(source, target, cancellationToken).ConfigureAwait(false);
        }

        return digests;
    }

    private async ValueTask WriteAsync(ModelManifest manifest, string staged, PublishRequest request, CancellationToken cancellationToken)
    {
        if (request.SigningKey is { } key)
        {
            ManifestSigner.Sign(manifest, staged, modelName, EcKeys.IsP256(key.Key)
                ? key.Key
                : throw new ModelLoadException($"Model '{modelName}': expected a key on P-256 to sign a manifest, got one of {key.Key.KeySize} bits. Sign by a bundle, or use another key."), request.SigningKeyId);
        }

        string path = Path.Combine(staged, VersionFolder.ManifestFile);
        File.Delete(path);
        await DurableFile.WriteAsync(path, ManifestReader.Serialize(manifest, $"Version '{staged}'"), cancellationToken).ConfigureAwait(false);
    }

    // What the copy in the repository would do, not the original.
    private async ValueTask<ModelInfo> TryAsync(string version, string staged, CancellationToken cancellationToken)
    {
        (IModelRunner runner, _, _) = await loader.LoadAsync(new VersionFolder(version, staged, "", 0, []), options, reference: null, signedSince: null, cancellationToken).ConfigureAwait(false);
        await using (runner.ConfigureAwait(false))
        {
            return runner.Info;
        }
    }

    private void RequireNew(string version)
    {
        string path = Path.Combine(root, version);
        if (Path.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
        {
            throw new ModelLoadException($"Model '{modelName}': expected a version that is not in '{root}', got '{version}'. Versions are never overwritten: publish under another name, or leave it out for the next number.");
        }
    }

    private string NextNumber()
    {
        string? newest = Directory.EnumerateFileSystemEntries(root).Select(static d => Path.GetFileName(d)!).Where(VersionName.IsNumber).Max(VersionName.Order);
        string first = newest is null ? "0" : string.Concat(newest.TrimStart('v', 'V').TakeWhile(char.IsAsciiDigit));
        return (BigInteger.Parse(first, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
    }
}
