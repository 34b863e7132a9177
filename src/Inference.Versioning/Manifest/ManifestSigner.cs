using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Inference.Versioning.Manifest;
using Inference.Versioning.Signing;

namespace Inference.Versioning;

/// <summary>Signs and verifies versions: ECDSA over P-256 with SHA-256. The signed text covers the model name, the version, every file, the profile, the labels, the golden rows and the lineage.</summary>
public static class ManifestSigner
{
    /// <summary>Writes the digests of a version's files to its manifest, signs it, and saves it atomically (by a rename).</summary>
    /// <param name="directory">The version's directory; its name is the version.</param>
    /// <param name="modelName">The name under which the model is registered where it is served.</param>
    /// <param name="key">A private P-256 key.</param>
    /// <param name="keyId">The key's id in <see cref="SigningOptions.Keys"/>.</param>
    /// <param name="cancellationToken">Cancels before anything is written.</param>
    /// <exception cref="ModelLoadException">The version has a manifest that cannot be read, or that names a profile that is not there.</exception>
    /// <exception cref="CryptographicException">The key cannot sign.</exception>
    public static async ValueTask SignAsync(string directory, string modelName, ECDsa key, string keyId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ModelManifest manifest = ManifestReader.Read(directory) ?? new ModelManifest();
        manifest.Files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in FilesOf(directory))
        {
            manifest.Files[name] = await ModelFiles.HashAsync(Path.Combine(directory, name), cancellationToken).ConfigureAwait(false);
        }

        if (manifest.Profile is { File: { } profile })
        {
            manifest.Profile.Sha256 = manifest.Files.TryGetValue(profile.Replace('\\', '/'), out string? digest)
                ? digest
                : throw new ModelLoadException($"Version '{directory}': expected the file '{profile}' that 'profile' of the manifest names, found none. Publish the profile, or correct the manifest.");
        }

        Sign(manifest, directory, modelName, key, keyId);
        string path = Path.Combine(directory, VersionFolder.ManifestFile);
        await ReplacedFile.WriteAsync(path, ManifestReader.Serialize(manifest, $"Version '{directory}'"), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Signs a manifest that lists every file with its digest.</summary>
    /// <exception cref="ModelLoadException">Its golden rows or its lineage are not valid Unicode.</exception>
    internal static void Sign(ModelManifest manifest, string directory, string modelName, ECDsa key, string keyId)
    {
        try
        {
            byte[] text = SignedText(manifest, modelName, VersionOf(directory));
            manifest.Signature = new ManifestSignature { Key = keyId, Value = Convert.ToBase64String(key.SignData(text, HashAlgorithmName.SHA256)) };
        }
        catch (FormatException exception)
        {
            throw new ModelLoadException($"Version '{directory}': {exception.Message}", exception);
        }
    }

    /// <summary>Writes the digests of a version's files to its manifest, signs it, and saves it; see the other overload.</summary>
    /// <param name="directory">The version's directory; its name is the version.</param>
    /// <param name="modelName">The name under which the model is registered where it is served.</param>
    /// <param name="key">A key on P-256.</param>
    /// <param name="keyId">The key's id in <see cref="SigningOptions.Keys"/>.</param>
    /// <param name="cancellationToken">Cancels before anything is written.</param>
    /// <exception cref="ModelLoadException">The version has a manifest that cannot be read, or the key is on another curve.</exception>
    public static ValueTask SignManifestAsync(string directory, string modelName, ModelSigningKey key, string keyId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return EcKeys.IsP256(key.Key)
            ? SignAsync(directory, modelName, key.Key, keyId, cancellationToken)
            : throw new ModelLoadException($"Model '{modelName}': expected a key on P-256 to sign a manifest, got one of {key.Key.KeySize} bits. Sign by a bundle, or use another key.");
    }

    /// <summary>The id of the key that signed a version's manifest; null if it has no signature.</summary>
    /// <exception cref="ModelLoadException">The manifest cannot be read.</exception>
    public static string? KeyIdOf(string directory) => ManifestReader.Read(directory)?.Signature?.Key;

    /// <summary>Verifies the signature in a version's manifest and compares every file with it.</summary>
    /// <param name="directory">The version's directory; its name is the version.</param>
    /// <param name="modelName">The name under which the model is registered where it is served.</param>
    /// <param name="trusted">The trusted keys.</param>
    /// <param name="clock">The clock for the validity of keys; null for the system clock.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="ModelLoadException">There is no signature, it is not valid, or a file differs, is missing or is not covered.</exception>
    public static async ValueTask<VerifiedModel> VerifyAsync(string directory, string modelName, SigningOptions trusted, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(trusted);
        string where = $"Model '{modelName}', version '{VersionOf(directory)}'";
        ModelManifest? manifest = ManifestReader.Read(directory);
        if (manifest?.Signature is not { } signature)
        {
            throw new ModelLoadException($"{where}: expected a signature in {VersionFolder.ManifestFile}, found none. Sign the version.");
        }

        try
        {
            using var keys = new TrustedKeys(trusted, (clock ?? TimeProvider.System).GetUtcNow());
            VerifySignature(manifest, keys, directory, modelName);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or FolderLimitException)
        {
            throw new ModelLoadException($"{where}: {exception.Message}", exception);
        }

        await ManifestReader.VerifyFilesAsync(manifest.Files ??= [], directory, where, cancellationToken).ConfigureAwait(false);
        return new VerifiedModel
        {
            SignedBy = signature.Key,
            Files = manifest.Files.ToDictionary(f => f.Key, f => ManifestReader.Plain(f.Value), StringComparer.Ordinal),
            ModelName = modelName,
            Version = VersionOf(directory),
        };
    }

    /// <summary>Verifies the signature of a manifest that has one, and that it lists every file; file contents are verified elsewhere.</summary>
    /// <exception cref="FormatException">The signature is not valid; the message says why.</exception>
    internal static void VerifySignature(ModelManifest manifest, TrustedKeys trusted, string directory, string modelName)
    {
        ManifestSignature signature = manifest.Signature!;
        if (signature.Algorithm != "ES256")
        {
            throw new FormatException($"expected signature algorithm ES256, got '{signature.Algorithm}'. Sign the version again.");
        }

        if (trusted.Find(signature.Key ?? "") is not { } key || !EcKeys.IsP256(key))
        {
            throw new FormatException($"expected a signature by a key in Signing.Keys ({trusted}), got key '{signature.Key}'. Add the key (P-256) if you trust it.");
        }

        foreach (string name in FilesOf(directory))
        {
            if (manifest.Files is null || !manifest.Files.ContainsKey(name))
            {
                throw new FormatException($"file '{name}' is not covered by the signature. Remove the file, or sign the version again.");
            }
        }

        if (!IsValid(key, SignedText(manifest, modelName, VersionOf(directory)), signature.Value ?? ""))
        {
            throw new FormatException($"the signature by key '{signature.Key}' is not valid for model '{modelName}' and these files, labels, golden rows and lineage. The version was changed after signing, or signed for another model name. Sign it again.");
        }
    }

    /// <summary>The name of a version: that of its directory.</summary>
    internal static string VersionOf(string directory) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));

    private static bool IsValid(ECDsa key, byte[] text, string signature)
    {
        try
        {
            byte[] bytes = Convert.FromBase64String(signature);
            return Convert.ToBase64String(bytes) == signature && key.VerifyData(text, bytes, HashAlgorithmName.SHA256);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // Lines, so that any tool can produce the text: see the README. File and version names cannot contain line breaks; labels and golden rows are hashed.
    private static byte[] SignedText(ModelManifest manifest, string modelName, string version)
    {
        var text = new StringBuilder("inference-manifest-v1\n");
        text.Append("model ").Append(modelName).Append('\n');
        text.Append("version ").Append(version).Append('\n');
        text.Append("digest ").Append(manifest.Digest ?? "").Append('\n');
        foreach ((string name, string digest) in (manifest.Files ?? []).OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            text.Append("file ").Append(digest).Append(' ').Append(name.ReplaceLineEndings("?")).Append('\n');
        }

        if (manifest.Profile is { } profile)
        {
            text.Append("profile ").Append(profile.Sha256).Append(' ').Append((profile.File ?? "").ReplaceLineEndings("?")).Append('\n');
        }

        text.Append("labels ").Append(HashText(string.Join('\n', (manifest.Labels ?? []).Order(StringComparer.Ordinal)))).Append('\n');
        text.Append("golden ").Append(HashText(manifest.Golden is { } golden ? Minified(golden) : "")).Append('\n');
        if (manifest.Lineage is { } lineage)
        {
            text.Append("lineage ").Append(HashText(Minified(lineage))).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // Minified, so that indenting a manifest does not break its signature.
    private static string Minified(JsonElement element)
    {
        using var stream = new MemoryStream();
        try
        {
            using var writer = new Utf8JsonWriter(stream);
            element.WriteTo(writer);
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException($"expected golden rows and lineage in valid Unicode, got an error: {exception.Message} Correct the manifest.", exception);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string HashText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // The bundle covers the manifest, not the reverse.
    private static IEnumerable<string> FilesOf(string directory) =>
        FolderWalk.Files(directory)
            .Select(static file => file.Name.Replace(Path.DirectorySeparatorChar, '/'))
            .Where(static name => name is not (VersionFolder.ManifestFile or ModelSigner.SignatureFile));
}
