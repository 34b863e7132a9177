using System.Globalization;
using System.Text.Json;
using Inference.Cli.Running;
using Inference.Cli.Terminal;
using Inference.Versioning;

namespace Inference.Cli.Repositories;

/// <summary>Prints versions of a repository.</summary>
internal static class VersionReport
{
    // As the tools of version control shorten them.
    private const int ShortDigest = 12;

    /// <summary>Prints a line for each version.</summary>
    public static void Print(IReadOnlyList<VersionRecord> versions)
    {
        ConsoleTable table = new ConsoleTable().Text("version").Text("state").Text("labels").Text("digest").Numbers("bytes").Text("published").Text("by").Text("parent").Text("commit").Text("check").Text("signature").Text("");
        foreach (VersionRecord version in versions)
        {
            ModelLineage? lineage = version.Lineage;
            table.Add(
                version.Version, StateOf(version), string.Join(", ", version.Labels), Short(version.Digest), version.Bytes.ToString("N0", CultureInfo.InvariantCulture),
                lineage?.PublishedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "", lineage?.PublishedBy ?? "", lineage?.Parent ?? "", Short(lineage?.Commit), CheckOf(lineage), SignatureOf(version), version.Problem ?? "");
        }

        table.Write();
    }

    /// <summary>Writes the versions as JSON.</summary>
    public static void Write(string model, IReadOnlyList<VersionRecord> versions) => JsonOutput.Write(writer =>
    {
        writer.WriteString("model", model);
        writer.WriteArray("versions", versions, version => Write(writer, version));
    });

    /// <summary>Writes the members of a version.</summary>
    public static void Write(Utf8JsonWriter writer, VersionRecord version)
    {
        writer.WriteString("version", version.Version);
        writer.WriteString("state", StateOf(version));
        writer.WriteStartArray("labels");
        foreach (string label in version.Labels)
        {
            writer.WriteStringValue(label);
        }

        writer.WriteEndArray();
        writer.WriteString("digest", version.Digest);
        writer.WriteNumber("bytes", version.Bytes);
        writer.WriteString("signedBy", version.SignedBy);
        if (version.IsVerified is { } verified)
        {
            writer.WriteBoolean("signatureVerified", verified);
        }

        writer.WriteString("problem", version.Problem);
        if (version.Lineage is not { } lineage)
        {
            writer.WriteNull("lineage");
            return;
        }

        writer.WriteStartObject("lineage");
        writer.WriteString("parent", lineage.Parent);
        writer.WriteString("data", lineage.Data);
        writer.WriteString("commit", lineage.Commit);
        if (lineage.Configuration is { } configuration)
        {
            writer.WriteStartObject("configuration");
            writer.WriteString("name", configuration.Name);
            writer.WriteString("sha256", configuration.Sha256);
            writer.WriteString("text", configuration.Text);
            writer.WriteEndObject();
        }

        Write(writer, "optimization", lineage.Optimization);
        Write(writer, "check", lineage.Check);
        writer.WriteString("publishedBy", lineage.PublishedBy);
        writer.WriteString("publishedAt", lineage.PublishedAt?.ToString("o", CultureInfo.InvariantCulture));
        writer.WriteString("reason", lineage.Reason);
        writer.WriteString("tool", lineage.Tool);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, JsonElement? element)
    {
        if (element is { } value)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
    }

    private static string StateOf(VersionRecord version) => version.State.ToString().ToLowerInvariant();

    private static string CheckOf(ModelLineage? lineage) => lineage?.Check is null ? "" : lineage.HasPassed switch { true => "passed", false => "refused", null => "unknown" };

    private static string SignatureOf(VersionRecord version) => version.SignedBy is null ? "" : version.IsVerified switch { true => "valid: ", false => "not valid: ", null => "not verified: " } + version.SignedBy;

    private static string Short(string? digest)
    {
        string plain = digest is null ? "" : digest.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase) ? digest[7..] : digest;
        return plain.Length <= ShortDigest ? plain : plain[..ShortDigest];
    }
}
