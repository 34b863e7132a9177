using System.Security.Cryptography;
using System.Text.Json;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Inference.Versioning.Signing;

namespace Inference.Versioning.Manifest;

/// <summary>Reads manifests and verifies the files they list.</summary>
internal static class ManifestReader
{
    // Golden rows of a model with images take some MB; the file is held in memory as a whole.
    private const int MaxBytes = 64 << 20;

    /// <summary>Reads the manifest of a version; null if it has none.</summary>
    /// <exception cref="ModelLoadException">The manifest cannot be read.</exception>
    public static ModelManifest? Read(string directory) => Read(directory, out _);

    /// <summary>Reads the manifest of a version; null if it has none.</summary>
    /// <param name="directory">The version.</param>
    /// <param name="digest">The SHA-256 of the bytes that were parsed, lower-case hexadecimal; empty if there is none.</param>
    /// <exception cref="ModelLoadException">The manifest cannot be read.</exception>
    public static ModelManifest? Read(string directory, out string digest)
    {
        string path = Path.Combine(directory, VersionFolder.ManifestFile);
        digest = "";
        try
        {
            if (RegularFile.Find(path) is null)
            {
                return null;
            }

            using FileStream? stream = RegularFile.OpenRead(path);
            if (stream is null)
            {
                throw new ModelLoadException($"Manifest '{path}': expected a JSON object, got a file without content. Correct or remove it.");
            }

            if (stream.Length > MaxBytes)
            {
                throw new ModelLoadException($"Manifest '{path}': expected at most {MaxBytes} bytes, got {stream.Length}. Reduce the number of golden rows.");
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            digest = Convert.ToHexStringLower(SHA256.HashData(bytes));
            ModelManifest manifest = JsonSerializer.Deserialize(bytes, ManifestJson.Default.ModelManifest)
                ?? throw new ModelLoadException($"Manifest '{path}': expected a JSON object, got null. Correct or remove it.");
            return manifest.Format == 1
                ? RequireWhole(manifest, path)
                : throw new ModelLoadException($"Manifest '{path}': expected format 1, got {manifest.Format}. Write it with a matching version of the `inference` tool.");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new ModelLoadException($"Manifest '{path}' cannot be read: {exception.Message} Correct or remove it.", exception);
        }
    }

    // What JSON may leave out or set to null.
    private static ModelManifest RequireWhole(ModelManifest manifest, string path)
    {
        foreach (string? label in manifest.Labels ?? [])
        {
            if (string.IsNullOrEmpty(label) || label.Length > VersionLabel.Longest)
            {
                throw new ModelLoadException($"Manifest '{path}': expected labels of 1 to {VersionLabel.Longest} characters, got {(label is null ? "null" : $"{label.Length} characters")}. Correct the manifest.");
            }
        }

        if (manifest.Profile is { } profile && (string.IsNullOrEmpty(profile.File) || !IsDigest(profile.Sha256) || !IsInside(Path.GetDirectoryName(path)!, profile.File)))
        {
            throw new ModelLoadException($"Manifest '{path}', 'profile': expected a 'file' in the version's directory and its 'sha256' (64 hexadecimal digits), got '{profile.File}' and '{profile.Sha256}'. Correct the manifest.");
        }

        if (manifest.Digest is { Length: > 0 } whole && !IsDigest(whole))
        {
            throw new ModelLoadException($"Manifest '{path}', 'digest': expected a SHA-256 (64 hexadecimal digits), got '{Shortened(whole)}'. Correct the manifest.");
        }

        foreach ((string name, string? digest) in manifest.Files ?? [])
        {
            if (name.Length == 0 || !IsDigest(digest))
            {
                throw new ModelLoadException($"Manifest '{path}', file '{name}': expected a SHA-256 (64 hexadecimal digits), got {(digest is null ? "null" : $"'{Shortened(digest)}'")}. Correct the manifest.");
            }
        }

        return manifest;
    }

    private static bool IsDigest(string? digest) => digest is not null && Plain(digest) is { Length: 64 } plain && plain.All(char.IsAsciiHexDigitLower);

    // An error message is one line of a log.
    private static string Shortened(string text) => text.Length <= 80 ? text : $"{text[..80]}…";

    /// <summary>The golden rows of a manifest; null if it has none.</summary>
    /// <exception cref="ModelLoadException">They are malformed.</exception>
    public static GoldenRows? Golden(ModelManifest? manifest, string where)
    {
        if (manifest?.Golden is not { ValueKind: JsonValueKind.Object } golden)
        {
            return null;
        }

        try
        {
            return golden.Deserialize(ManifestJson.Default.GoldenRows);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelLoadException($"{where}: the golden rows cannot be read: {exception.Message} Correct the manifest.", exception);
        }
    }

    /// <summary>The lineage of a manifest; null if it has none, or one that cannot be read: no version is refused because of it.</summary>
    public static ModelLineage? Lineage(ModelManifest? manifest)
    {
        try
        {
            return manifest?.Lineage is { ValueKind: JsonValueKind.Object } lineage ? lineage.Deserialize(ManifestJson.Default.ModelLineage) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Serializes a manifest.</summary>
    /// <exception cref="ModelLoadException">It is too long to be read again.</exception>
    public static byte[] Serialize(ModelManifest manifest, string where)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ModelManifest);
        return bytes.Length <= MaxBytes ? bytes : throw new ModelLoadException($"{where}: expected a manifest of at most {MaxBytes} bytes, got {bytes.Length}. Reduce the golden rows, or what is recorded of checks and optimization.");
    }

    /// <summary>Compares files with their digests.</summary>
    /// <exception cref="ModelLoadException">A file is missing, lies outside the version, or differs.</exception>
    public static async ValueTask VerifyFilesAsync(IReadOnlyDictionary<string, string> files, string directory, string where, CancellationToken cancellationToken)
    {
        foreach ((string name, string expected) in files)
        {
            string path = Path.GetFullPath(Path.Combine(directory, name));
            if (!IsInside(directory, name) || !File.Exists(path))
            {
                throw new ModelLoadException($"{where}: expected file '{name}' of the manifest in the version's directory, found none. Publish the file, or correct the manifest.");
            }

            string actual = await ModelFiles.HashAsync(path, cancellationToken).ConfigureAwait(false);
            if (!SameDigest(expected, actual))
            {
                throw new ModelLoadException($"{where}, file '{name}': expected SHA-256 {Plain(expected)}, got {actual}. The file is damaged or was replaced; publish the version again.");
            }
        }
    }

    private static bool IsInside(string directory, string name) => Path.GetFullPath(Path.Combine(directory, name)).StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Whether two digests are equal, ignoring case and prefix.</summary>
    public static bool SameDigest(string left, string right) => string.Equals(Plain(left), Plain(right), StringComparison.OrdinalIgnoreCase);

    /// <summary>A digest in lower case without its prefix.</summary>
    public static string Plain(string digest) => (digest.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) ? digest[7..] : digest).ToLowerInvariant();
}
