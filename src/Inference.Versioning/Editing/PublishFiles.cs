using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Inference.Versioning.Manifest;

namespace Inference.Versioning.Editing;

/// <summary>Reads and checks what a request names beside the model, before anything is written.</summary>
internal static class PublishFiles
{
    // A SHA-512 in hexadecimal with its prefix takes 135 characters; commits and tools less.
    private const int LongestText = 256;

    // Serving processes read the manifest of every version; configurations of training are some KB.
    private const int LongestConfiguration = 64 << 10;

    // A manifest may have 64 MiB in total.
    private const int LongestJson = 48 << 20;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Checks the texts of a request.</summary>
    /// <exception cref="ArgumentException">One is not valid.</exception>
    public static void RequireTexts(PublishRequest request)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Model);
        if (request.Version is { } version)
        {
            PublishedName.Require(version, "a version", nameof(request));
        }

        foreach ((string? text, string what) in new[] { (request.DataDigest, "a data digest"), (request.Commit, "a commit"), (request.Tool, "a tool"), (request.SigningKeyId, "a key id") })
        {
            if (text is not null)
            {
                PlainText.Require(text, LongestText, what, nameof(request));
            }
        }

        if (request.ProfileFile is { } profile)
        {
            PublishedName.Require(Path.GetFileName(profile), "a profile", nameof(request));
        }
    }

    /// <summary>The files to copy, by their names in the version, with their sources.</summary>
    /// <exception cref="ModelLoadException">A file is missing, or its name is not inside the version or is taken.</exception>
    public static IReadOnlyDictionary<string, string> Sources(PublishRequest request)
    {
        var sources = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        void Add(string name, string source)
        {
            if (RegularFile.Find(source) is null)
            {
                throw new ModelLoadException($"'{PlainText.Shown(source)}': expected a file, found none. Check the path.");
            }

            string[] parts = name.Split('/');
            if (parts.Any(static part => part is "" or "." or ".." || part.Contains('\\', StringComparison.Ordinal) || !PlainText.IsPlain(part)) || Path.IsPathRooted(name)
                || name.Equals(VersionFolder.ManifestFile, StringComparison.OrdinalIgnoreCase) || name.Equals(ModelSigner.SignatureFile, StringComparison.OrdinalIgnoreCase) || !sources.TryAdd(name, source))
            {
                throw new ModelLoadException($"'{PlainText.Shown(name)}': expected a name of its own inside the version's folder, other than {VersionFolder.ManifestFile} and {ModelSigner.SignatureFile}. Rename the file.");
            }
        }

        string model = Path.GetFullPath(request.Model);
        Add(VersionFolder.ModelFile, model);
        foreach (string external in request.ExternalFiles)
        {
            Add(external, Path.Combine(Path.GetDirectoryName(model)!, external));
        }

        if (request.ProfileFile is { } profile)
        {
            Add(Path.GetFileName(profile), Path.GetFullPath(profile));
        }

        return sources;
    }

    /// <summary>The golden rows of a request; null for none.</summary>
    /// <exception cref="ModelLoadException">They cannot be read.</exception>
    public static JsonElement? Golden(PublishRequest request)
    {
        JsonElement? golden = ReadJson(request.GoldenFile, "golden rows");
        _ = ManifestReader.Golden(new ModelManifest { Golden = golden }, $"'{request.GoldenFile}'");
        return golden;
    }

    /// <summary>The lineage of a request.</summary>
    /// <exception cref="ModelLoadException">A file cannot be read.</exception>
    /// <exception cref="CheckRefusedException">The check did not pass.</exception>
    public static ModelLineage Lineage(PublishRequest request, string? parent, DateTimeOffset now)
    {
        JsonElement? check = ReadJson(request.CheckFile, "the verdict of a check");
        if (check is { } verdict && ModelLineage.Passed(verdict) is not true)
        {
            string got = ModelLineage.Passed(verdict) is null ? "a verdict without it" : "false";
            throw new CheckRefusedException($"'{PlainText.Shown(request.CheckFile!)}': expected a verdict with \"passed\": true, got {got}. The version is not published; publish a model that passes its check.");
        }

        return new ModelLineage
        {
            Parent = parent,
            Data = request.DataDigest,
            Commit = request.Commit,
            Configuration = Configuration(request.ConfigurationFile),
            Optimization = request.Optimization is { } record ? Parse(Encoding.UTF8.GetBytes(record), "the decision record") : null,
            Check = check,
            PublishedBy = request.Actor,
            PublishedAt = now.ToUniversalTime(),
            Reason = request.Reason,
            Tool = request.Tool ?? $"Inference.Versioning {typeof(PublishFiles).Assembly.GetName().Version?.ToString(3)}",
        };
    }

    private static LineageFile? Configuration(string? path)
    {
        if (path is null)
        {
            return null;
        }

        byte[] bytes = ReadBytes(path, "a configuration");
        return new LineageFile { Name = Path.GetFileName(path), Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Text = bytes.Length <= LongestConfiguration ? TryText(bytes) : null };
    }

    private static string? TryText(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static JsonElement? ReadJson(string? path, string what) => path is null ? null : Parse(ReadBytes(path, what), $"'{PlainText.Shown(path)}'");

    private static JsonElement Parse(byte[] bytes, string where)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ModelLoadException($"{where}: expected a JSON object, got {document.RootElement.ValueKind}. Correct the file.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ModelLoadException($"{where}: expected a JSON object, got an error: {exception.Message} Correct the file.", exception);
        }
    }

    private static byte[] ReadBytes(string path, string what)
    {
        try
        {
            using FileStream? stream = RegularFile.OpenRead(path);
            if (stream is null || stream.Length > LongestJson)
            {
                throw new ModelLoadException($"'{PlainText.Shown(path)}': expected {what} of 1 to {LongestJson} bytes, got {stream?.Length ?? 0}. Check the path.");
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelLoadException($"'{PlainText.Shown(path)}': expected {what}, got an error: {exception.Message} Check the path.", exception);
        }
    }
}
