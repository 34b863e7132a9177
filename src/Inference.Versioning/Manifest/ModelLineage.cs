using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inference.Versioning;

/// <summary>What a version was made from, and who published it: <c>lineage</c> in its manifest, which the manifest's signature covers. All parts are optional. Immutable.</summary>
public sealed class ModelLineage
{
    /// <summary>The default version when it was published.</summary>
    public string? Parent { get; init; }

    /// <summary>The digest of the data that it was trained on, as the publisher states it.</summary>
    public string? Data { get; init; }

    /// <summary>The commit of the program that made it, as the publisher states it.</summary>
    public string? Commit { get; init; }

    /// <summary>The configuration that it was made with.</summary>
    public LineageFile? Configuration { get; init; }

    /// <summary>The optimizer's decision record, a JSON object.</summary>
    public JsonElement? Optimization { get; init; }

    /// <summary>The verdict of a check, a JSON object with the boolean <c>passed</c>.</summary>
    public JsonElement? Check { get; init; }

    /// <summary>Who published it.</summary>
    public string? PublishedBy { get; init; }

    /// <summary>When it was published, UTC.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Why it was published.</summary>
    public string? Reason { get; init; }

    /// <summary>The program that published it, with its version.</summary>
    public string? Tool { get; init; }

    /// <summary>Whether the check passed; null if there is none, or it does not tell.</summary>
    [JsonIgnore]
    public bool? HasPassed => Check is { } check ? Passed(check) : null;

    /// <summary>The short parts by name, for people.</summary>
    internal Dictionary<string, string> Facts()
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                facts[name] = value;
            }
        }

        Add("parent", Parent);
        Add("data", Data);
        Add("commit", Commit);
        Add("configuration", Configuration is { } file ? $"{file.Name} sha256:{file.Sha256}" : null);
        Add("check", Check is null ? null : HasPassed switch { true => "passed", false => "refused", null => "unknown" });
        Add("published by", PublishedBy);
        Add("published at", PublishedAt?.ToString("u", CultureInfo.InvariantCulture));
        Add("reason", Reason);
        Add("tool", Tool);
        return facts;
    }

    /// <summary>The digest of the model that was checked: <c>candidate.digest</c> of the verdict; null if it does not tell.</summary>
    internal string? CheckedDigest =>
        Check is { ValueKind: JsonValueKind.Object } check && check.TryGetProperty("candidate", out JsonElement candidate) && candidate.ValueKind == JsonValueKind.Object
        && candidate.TryGetProperty("digest", out JsonElement digest) && digest.ValueKind == JsonValueKind.String ? digest.GetString() : null;

    /// <summary>The boolean <c>passed</c> of a verdict; null if it has none.</summary>
    internal static bool? Passed(JsonElement verdict) =>
        verdict.ValueKind == JsonValueKind.Object && verdict.TryGetProperty("passed", out JsonElement passed) && passed.ValueKind is JsonValueKind.True or JsonValueKind.False ? passed.GetBoolean() : null;
}
