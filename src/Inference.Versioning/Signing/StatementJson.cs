using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Inference.Versioning.Signing;

/// <summary>In-toto statements with the predicate of OpenSSF Model Signing 1.0.</summary>
internal static class StatementJson
{
    /// <summary>The maximum number of files.</summary>
    public const int MaxResources = 100_000;

    private const string StatementType = "https://in-toto.io/Statement/v1";
    private const string PredicateType = "https://model_signing/signature/v1.0";
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // A statement has six levels; what other tools add is not read.
    private const int MaxDepth = 16;

    // Members of other tools that are passed over: more than one for each of a large model's files would need.
    private const int MaxIgnored = 10_000;

    private static readonly string[] s_otherHashes = ["blake2b", "blake3"];

    /// <summary>Writes a statement.</summary>
    /// <param name="name">The model's file or folder name.</param>
    /// <param name="statement">The statement; its resources are in order.</param>
    public static byte[] Write(string name, SignedStatement statement)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("_type", StatementType);
            writer.WriteStartArray("subject");
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteStartObject("digest");
            writer.WriteString("sha256", RootDigest(statement.Resources));
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteString("predicateType", PredicateType);
            writer.WriteStartObject("predicate");
            writer.WriteStartArray("resources");
            for (int i = 0; i < statement.Resources.Count; i++)
            {
                WriteResource(writer, statement.Resources[i], i == 0 ? statement.Facts : new StatementFacts());
            }

            writer.WriteEndArray();
            writer.WriteStartObject("serialization");
            writer.WriteString("method", "files");
            writer.WriteString("hash_type", "sha256");
            writer.WriteBoolean("allow_symlinks", statement.AllowSymbolicLinks);
            writer.WriteStartArray("ignore_paths");
            foreach (string path in statement.IgnoredPaths)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>Parses a statement, whose signature was verified before.</summary>
    /// <exception cref="FormatException">It is not such a statement; the message names the member.</exception>
    /// <exception cref="UnsupportedModelException">It uses an optional part of the specification that is not supported.</exception>
    public static SignedStatement Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, StrictJson.Options(MaxDepth));
            StrictJson statement = StrictJson.Root(document, "statement");
            statement.Only("_type", "subject", "predicateType", "predicate");
            statement.Get("_type").Is(StatementType);
            statement.Get("predicateType").Is(PredicateType);
            StrictJson subject = statement.Get("subject").Items(1, 1)[0].Object();
            subject.Get("name").Text();
            StrictJson root = subject.Get("digest").Object().Get("sha256");
            StrictJson predicate = statement.Get("predicate").Object();
            predicate.Only("resources", "serialization");
            (bool links, IReadOnlyList<string> ignored) = Serialization(predicate.Get("serialization").Object());
            var facts = new StatementFacts();
            var resources = new List<SignedResource>();
            foreach (StrictJson item in predicate.Get("resources").Items(1, MaxResources))
            {
                resources.Add(Resource(item.Object()));
                facts = Merge(facts, item);
                if (resources.Count > 1 && ResourceName.Order.Compare(resources[^2].Name, resources[^1].Name) >= 0)
                {
                    throw item.Unexpected($"a name after '{resources[^2].Name}' in the order of code points");
                }
            }

            // Others refer to a model by this digest: it must be that of the files which are listed.
            root.Is(RootDigest(resources));
            return new SignedStatement(resources, links, ignored, facts);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"statement: expected JSON, got an error: {exception.Message}", exception);
        }
    }

    /// <summary>SHA-256 over the digests of the files, in order.</summary>
    public static string RootDigest(IReadOnlyList<SignedResource> resources)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SignedResource resource in resources)
        {
            hash.AppendData(Convert.FromHexString(resource.Digest));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void WriteResource(Utf8JsonWriter writer, SignedResource resource, StatementFacts facts)
    {
        writer.WriteStartObject();
        writer.WriteString("name", resource.Name);
        writer.WriteString("digest", resource.Digest);
        writer.WriteString("algorithm", "sha256");
        if (facts != new StatementFacts())
        {
            writer.WriteStartObject("annotations");
            WriteIf(writer, StatementFacts.ModelName, facts.Model);
            WriteIf(writer, StatementFacts.VersionName, facts.Version);
            WriteIf(writer, StatementFacts.SignedAtName, facts.SignedAt?.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteIf(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static SignedResource Resource(StrictJson item)
    {
        string name = item.Get("name").Text();
        if (!ResourceName.IsCanonical(name))
        {
            throw item.Get("name").Unexpected("a relative path without '.', '..' and empty parts");
        }

        string algorithm = item.Get("algorithm").Text();
        if (s_otherHashes.Contains(algorithm))
        {
            throw Unsupported($"the hash algorithm '{algorithm}'");
        }

        item.Get("algorithm").Is("sha256");
        string digest = item.Get("digest").Text();
        return digest.Length == 64 && digest.All(char.IsAsciiHexDigitLower) ? new SignedResource(name, digest) : throw item.Get("digest").Unexpected("64 lower-case hexadecimal digits");
    }

    private static (bool Links, IReadOnlyList<string> Ignored) Serialization(StrictJson serialization)
    {
        serialization.Only("method", "hash_type", "shard_size", "allow_symlinks", "ignore_paths");
        if (serialization.Get("method").Text() == "shards")
        {
            throw Unsupported("the serialization 'shards'");
        }

        serialization.Get("method").Is("files");
        if (serialization.Find("shard_size") is { } size)
        {
            throw size.Unexpected("no shard size with the method 'files'");
        }

        string hash = serialization.Get("hash_type").Text();
        if (s_otherHashes.Contains(hash))
        {
            throw Unsupported($"the hash algorithm '{hash}'");
        }

        serialization.Get("hash_type").Is("sha256");
        var ignored = new List<string>();
        foreach (StrictJson path in serialization.Find("ignore_paths")?.Items(0, MaxIgnored) ?? [])
        {
            string text = path.Text();
            ignored.Add(ResourceName.IsCanonical(text) && text.IndexOfAny(['*', '?', '[']) < 0 ? text : throw path.Unexpected("a relative path without '..' and without patterns"));
        }

        return (serialization.Get("allow_symlinks").Flag(), ignored);
    }

    private static StatementFacts Merge(StatementFacts facts, StrictJson item)
    {
        if (item.Find("annotations") is not { IsNull: false } annotations || annotations.TryTexts() is not { } texts)
        {
            return facts;
        }

        string? model = texts.GetValueOrDefault(StatementFacts.ModelName);
        string? version = texts.GetValueOrDefault(StatementFacts.VersionName);
        string? time = texts.GetValueOrDefault(StatementFacts.SignedAtName);
        if (model is null && version is null && time is null)
        {
            return facts;
        }

        DateTimeOffset signedAt = default;
        if (time is not null && !DateTimeOffset.TryParseExact(time, TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out signedAt))
        {
            throw annotations.Unexpected($"'{StatementFacts.SignedAtName}' as {TimeForm}");
        }

        return facts == new StatementFacts()
            ? new StatementFacts(model, version, time is null ? null : signedAt)
            : throw annotations.Unexpected("model and version to be stated once");
    }

    private static UnsupportedModelException Unsupported(string what) =>
        new($"The signature uses {what}, an optional part of the OpenSSF Model Signing specification that is not supported. Sign with 'files' and 'sha256'.");
}
