using System.Security.Cryptography;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Inference.Versioning.Signing;

namespace Inference.Versioning.Manifest;

/// <summary>Judges the signatures of versions: by their manifest, or by a bundle beside the model. What a version states (labels, golden rows, digests) is used only as it was verified.</summary>
internal static class VersionTrust
{
    /// <summary>Verifies the signature of a version.</summary>
    /// <param name="manifest">Its manifest; null if it has none.</param>
    /// <param name="manifestDigest">The SHA-256 of the manifest's bytes.</param>
    /// <param name="directory">The version's directory.</param>
    /// <param name="options">Which keys are trusted.</param>
    /// <param name="modelName">The model's name.</param>
    /// <param name="now">The time at which keys and certificates must be valid.</param>
    /// <param name="where">The version, for messages.</param>
    /// <exception cref="ModelLoadException">A signature is required and missing, or the signatures are not valid.</exception>
    public static TrustedVersion Verify(ModelManifest? manifest, string manifestDigest, string directory, SigningOptions options, string modelName, DateTimeOffset now, string where)
    {
        string version = ManifestSigner.VersionOf(directory);
        if (options.OldestVersion is { Length: > 0 } oldest && VersionName.Order.Compare(version, oldest) < 0)
        {
            throw new ModelLoadException($"{where}: expected a version from '{oldest}' (Signing.OldestVersion), got an older one. Publish a newer version, or lower the bound if you trust this one.");
        }

        string bundle = Path.Combine(directory, ModelSigner.SignatureFile);
        bool hasBundle = RegularFile.Find(bundle) is not null;
        if (manifest?.Signature is null && !hasBundle)
        {
            return !options.Required
                ? new TrustedVersion(manifest)
                : throw new ModelLoadException($"{where}: expected a signature in {VersionFolder.ManifestFile} or {ModelSigner.SignatureFile} because Signing.Required is true, found none. Sign the version: `inference sign`.");
        }

        if (options.Keys.Count == 0 && options.CertificateRoots.Count == 0)
        {
            // Options that require signatures have keys.
            return new TrustedVersion(manifest);
        }

        var reasons = new List<string>();
        Exception? cause = null;
        try
        {
            using var keys = new TrustedKeys(options, now);
            if (manifest?.Signature is { } signature)
            {
                try
                {
                    ManifestSigner.VerifySignature(manifest, keys, directory, modelName);
                    return new TrustedVersion(manifest, (manifest.Files ?? []).ToDictionary(f => f.Key, f => ManifestReader.Plain(f.Value), StringComparer.Ordinal), signature.Key);
                }
                catch (FormatException exception)
                {
                    cause = exception;
                    reasons.Add(exception.Message);
                }
            }

            if (hasBundle)
            {
                SignedStatement statement = BundleVerifier.Verify(ModelSigner.ReadBundle(bundle), keys, now, out string signer);
                RequireFor(statement.Facts, options.Required, modelName, version);
                return new TrustedVersion(manifest, Covered(statement, directory, manifest is null ? null : manifestDigest), signer, statement.Facts.SignedAt);
            }
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or UnsupportedModelException or IOException or UnauthorizedAccessException or FolderLimitException)
        {
            cause = exception;
            reasons.Add($"{ModelSigner.SignatureFile}: {exception.Message.TrimEnd('.')}.");
        }

        throw new ModelLoadException($"{where}: {string.Join(" ", reasons)}", cause);
    }

    /// <summary>What a version's manifest states, if it is trusted; nothing if there is none, or if it is not (loading the version then reports the error).</summary>
    public static VersionFacts TryReadFacts(string directory, SigningOptions options, string modelName, DateTimeOffset now)
    {
        try
        {
            ModelManifest? manifest = Verify(ManifestReader.Read(directory, out string digest), digest, directory, options, modelName, now, "").Manifest;
            return manifest is null ? VersionFacts.None : new VersionFacts([.. manifest.Labels ?? []], ManifestReader.Lineage(manifest)?.Facts() ?? VersionFacts.None.Lineage);
        }
        catch (ModelLoadException)
        {
            return VersionFacts.None;
        }
    }

    // Without a stated model and version, an older version could be presented as a newer one, or as one of another model.
    private static void RequireFor(StatementFacts facts, bool isRequired, string modelName, string version)
    {
        if (isRequired || facts.Model is not null || facts.Version is not null)
        {
            ModelSigner.RequireFor(facts, isRequired ? modelName : facts.Model is null ? null : modelName, isRequired ? version : facts.Version is null ? null : version);
        }
    }

    private static Dictionary<string, string> Covered(SignedStatement statement, string directory, string? manifestDigest)
    {
        Dictionary<string, string> files = statement.Resources.ToDictionary(r => r.Name, r => r.Digest, StringComparer.Ordinal);
        foreach (string name in ModelFiles.List(directory, [ModelSigner.SignatureFile, .. ModelFiles.Excluded, .. statement.IgnoredPaths], statement.AllowSymbolicLinks))
        {
            if (!files.ContainsKey(name))
            {
                throw new FormatException($"file '{name}' is not covered by the signature. Remove the file, or sign the version again.");
            }
        }

        // Of the bytes that were parsed: the file may have been replaced since.
        return manifestDigest is null || files.GetValueOrDefault(VersionFolder.ManifestFile) == manifestDigest
            ? files
            : throw new FormatException($"file '{VersionFolder.ManifestFile}': expected the SHA-256 {files.GetValueOrDefault(VersionFolder.ManifestFile, "of the signature, which has none")}, got {manifestDigest}. Sign the version again.");
    }
}
