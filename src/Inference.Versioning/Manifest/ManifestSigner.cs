using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Versioning.Folders;
using Inference.Versioning.Manifest;

namespace Inference.Versioning;

/// <summary>Signs and verifies versions: ECDSA over P-256 with SHA-256. The signed text covers the model name, the version, every file, the profile, the labels and the golden rows.</summary>
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
            manifest.Files[name] = await ManifestReader.HashAsync(Path.Combine(directory, name), cancellationToken).ConfigureAwait(false);
        }

        if (manifest.Profile is { File: { } profile })
        {
            manifest.Profile.Sha256 = manifest.Files.TryGetValue(profile.Replace('\\', '/'), out string? digest)
                ? digest
                : throw new ModelLoadException($"Version '{directory}': expected the file '{profile}' that 'profile' of the manifest names, found none. Publish the profile, or correct the manifest.");
        }

        byte[] text = SignedText(manifest, modelName, VersionOf(directory));
        manifest.Signature = new ManifestSignature { Key = keyId, Value = Convert.ToBase64String(key.SignData(text, HashAlgorithmName.SHA256)) };
        string path = Path.Combine(directory, VersionFolder.ManifestFile);
        await File.WriteAllBytesAsync(path + ".tmp", JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest), cancellationToken).ConfigureAwait(false);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Verifies a manifest's signature against the keys; file contents are verified elsewhere.</summary>
    /// <exception cref="ModelLoadException">A signature is required and missing, or the signature is invalid.</exception>
    internal static void Verify(ModelManifest? manifest, SigningOptions options, string directory, string modelName, string where)
    {
        if (manifest?.Signature is not { } signature)
        {
            if (options.Required)
            {
                throw new ModelLoadException($"{where}: expected a signature in {VersionFolder.ManifestFile} because Signing.Required is true, found none. Sign the version with ManifestSigner.");
            }

            return;
        }

        if (options.Keys.Count == 0)
        {
            return;
        }

        if (signature.Algorithm != "ES256")
        {
            throw new ModelLoadException($"{where}: expected signature algorithm ES256, got '{signature.Algorithm}'. Sign the version again.");
        }

        if (!options.Keys.TryGetValue(signature.Key, out string? pem))
        {
            throw new ModelLoadException($"{where}: expected a signature by a key in Signing.Keys ({string.Join(", ", options.Keys.Keys.Select(k => $"'{k}'"))}), got key '{signature.Key}'. Add the key if you trust it.");
        }

        foreach (string name in FilesOf(directory))
        {
            if (manifest.Files is null || !manifest.Files.ContainsKey(name))
            {
                throw new ModelLoadException($"{where}: file '{name}' is not covered by the signature. Remove the file, or sign the version again.");
            }
        }

        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        if (!IsValid(key, SignedText(manifest, modelName, VersionOf(directory)), signature.Value))
        {
            throw new ModelLoadException($"{where}: the signature by key '{signature.Key}' is not valid for model '{modelName}' and these files, labels and golden rows. The version was changed after signing, or signed for another model name. Sign it again.");
        }
    }

    private static bool IsValid(ECDsa key, byte[] text, string signature)
    {
        try
        {
            return key.VerifyData(text, Convert.FromBase64String(signature), HashAlgorithmName.SHA256);
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
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // Minified, so that indenting a manifest does not break its signature.
    private static string Minified(JsonElement element)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string HashText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string VersionOf(string directory) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));

    private static IEnumerable<string> FilesOf(string directory) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(directory, path).Replace('\\', '/'))
            .Where(name => name is not (VersionFolder.ManifestFile or VersionFolder.ManifestFile + ".tmp"))
            .Order(StringComparer.Ordinal);
}
