using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Inference.Replicas;

/// <summary>A line of the log, read and hashed by itself: nothing here is shared with the library.</summary>
internal sealed class ChainedLine
{
    private readonly JsonElement _json;

    private ChainedLine(JsonElement json) => _json = json;

    public long Sequence => _json.GetProperty("sequence").GetInt64();

    public string Action => Text("action");

    public string Version => Text("version");

    public string? From => _json.TryGetProperty("from", out JsonElement from) ? from.GetString() : null;

    public string Actor => Text("actor");

    public string Reason => Text("reason");

    public string Previous => Text("previous");

    public string Hash => Text("hash");

    public bool IsByPerson => Actor is not ("policy" or "sequential test" or "store");

    public static ChainedLine Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return new ChainedLine(document.RootElement.Clone());
    }

    public string? Fact(string name) => _json.GetProperty("facts").TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    /// <summary>The hash by the form that the documentation of <c>Decision</c> states.</summary>
    public string ComputeHash()
    {
        var form = new StringBuilder();
        string at = _json.GetProperty("at").GetDateTimeOffset().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) + "Z";
        form.Append(CultureInfo.InvariantCulture, $"{Previous}\nsequence {Sequence}\nat {at}\naction {Counted(Action)}\nversion {Counted(Version)}\n");
        if (From is { } from)
        {
            form.Append(CultureInfo.InvariantCulture, $"from {Counted(from)}\n");
        }

        form.Append(CultureInfo.InvariantCulture, $"actor {Counted(Actor)}\nreason {Counted(Reason)}\n");
        foreach (JsonProperty fact in _json.GetProperty("facts").EnumerateObject().OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            form.Append(CultureInfo.InvariantCulture, $"fact {Counted(fact.Name)} {Counted(fact.Value.GetString()!)}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(form.ToString())));
    }

    public override string ToString() => $"record {Sequence} ({Action} '{Version}' by {Actor}: {Reason})";

    private string Text(string name) => _json.GetProperty(name).GetString()!;

    private static string Counted(string text) => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)} {text}");
}
