using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Inference.Versioning.Signing;

namespace Inference.Versioning.Tests.Signing;

/// <summary>Bundles and statements of unknown origin: what the specification does not allow is refused with the member's path.</summary>
public sealed class BundleReaderTests
{
    private const string Envelope = """ "dsseEnvelope": { "payload": "e30=", "payloadType": "application/vnd.in-toto+json", "signatures": [ { "sig": "AA==" } ] } """;
    private const string Media = """ "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json" """;

    [Theory]
    [InlineData("", "expected JSON")]
    [InlineData("[]", "bundle: expected an object, got array")]
    [InlineData("{ MEDIA }", "bundle: expected a member 'verificationMaterial', found none")]
    [InlineData("""{ MEDIA, "verificationMaterial": { "publicKey": { "hint": "x" } } }""", "bundle: expected a member 'dsseEnvelope', found none")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { } }""", "bundle.verificationMaterial: expected one of 'publicKey', 'x509CertificateChain' and 'certificate'")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "certificate": { "rawBytes": "AA==" } } }""", "expected 'tlogEntries' with an entry beside 'certificate'")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "certificate": { "rawBytes": "AA==" }, "publicKey": { "hint": "x" }, "tlogEntries": [{}] } }""", "expected one of 'publicKey'")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "publicKey": { } } }""", "expected 'hint', the key's fingerprint")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "publicKey": { "hint": "x" } }, "more": 1 }""", "got 'more'")]
    [InlineData("""{ MEDIA, ENVELOPE, MEDIA, "verificationMaterial": { "publicKey": { "hint": "x" } } }""", "expected JSON")]
    [InlineData("""{ "mediaType": "text/plain", ENVELOPE, "verificationMaterial": { "publicKey": { "hint": "x" } } }""", "bundle.mediaType: expected 'application/vnd.dev.sigstore.bundle.v0.3+json', got 'text/plain'")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "x509CertificateChain": { "certificates": [] } } }""", "certificates: expected 1 to 16 items, got 0")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "x509CertificateChain": { "certificates": [ { "rawBytes": "AB==" } ] } } }""", "rawBytes: expected base64, got 'AB=='")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "publicKey": { "hint": "\ud800" } } }""", "")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "publicKey": { "\ud800": "x" } } }""", "")]
    public void Read_MalformedBundle_SaysWhere(string json, string expected)
    {
        string text = json.Replace("MEDIA", Media).Replace("ENVELOPE", Envelope);
        FormatException error = Assert.Throws<FormatException>(() => BundleReader.Read(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(expected, error.Message);
    }

    [Theory]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "publicKey": { "hint": "x" }, "tlogEntries": [] } }""", "Key")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "publicKey": { "rawBytes": "AAAA", "keyDetails": "PKIX_ECDSA_P256_SHA_256" } } }""", "Key")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "x509CertificateChain": { "certificates": [ { "rawBytes": "AA==" } ] }, "tlogEntries": [] } }""", "Certificate")]
    [InlineData("""{ MEDIA, ENVELOPE, "verificationMaterial": { "certificate": { "rawBytes": "AA==" }, "tlogEntries": [ { "logIndex": "1" } ], "timestampVerificationData": { "rfc3161Timestamps": [] } } }""", "Sigstore")]
    public void Read_EachMethod_IsRecognised(string json, string method)
    {
        string text = json.Replace("MEDIA", Media).Replace("ENVELOPE", Envelope);
        Assert.Equal(method, BundleReader.Read(Encoding.UTF8.GetBytes(text)).Method.ToString());
    }

    [Fact]
    public void Read_DeepJson_IsRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 100_000));
        Assert.Throws<FormatException>(() => BundleReader.Read(Encoding.UTF8.GetBytes(deep)));
    }

    [Theory]
    [InlineData("_type", "\"https://in-toto.io/Statement/v0.1\"", "statement._type: expected 'https://in-toto.io/Statement/v1'")]
    [InlineData("predicateType", "\"https://model_signing/Digests/v0.1\"", "statement.predicateType: expected 'https://model_signing/signature/v1.0'")]
    [InlineData("subject", "[]", "statement.subject: expected 1 to 1 items, got 0")]
    [InlineData("predicate.resources", "[]", "statement.predicate.resources: expected 1 to 100000 items, got 0")]
    [InlineData("predicate.resources", """[ { "name": "../x", "digest": "DIGEST", "algorithm": "sha256" } ]""", "name: expected a relative path")]
    [InlineData("predicate.resources", """[ { "name": "/x", "digest": "DIGEST", "algorithm": "sha256" } ]""", "name: expected a relative path")]
    [InlineData("predicate.resources", """[ { "name": "a/./b", "digest": "DIGEST", "algorithm": "sha256" } ]""", "name: expected a relative path")]
    [InlineData("predicate.resources", """[ { "name": "b", "digest": "DIGEST", "algorithm": "sha256" }, { "name": "a", "digest": "DIGEST", "algorithm": "sha256" } ]""", "expected a name after 'b'")]
    [InlineData("predicate.resources", """[ { "name": "b", "digest": "DIGEST", "algorithm": "sha256" }, { "name": "b", "digest": "DIGEST", "algorithm": "sha256" } ]""", "expected a name after 'b'")]
    [InlineData("predicate.resources", """[ { "name": "b", "digest": "ABCD", "algorithm": "sha256" } ]""", "digest: expected 64 lower-case hexadecimal digits")]
    [InlineData("predicate.resources", """[ { "name": "b", "digest": "DIGEST", "algorithm": "md5" } ]""", "algorithm: expected 'sha256', got 'md5'")]
    [InlineData("predicate.serialization.method", "\"tar\"", "method: expected 'files', got 'tar'")]
    [InlineData("predicate.serialization.allow_symlinks", "1", "allow_symlinks: expected true or false")]
    [InlineData("predicate.serialization.ignore_paths", "[\"../x\"]", "ignore_paths[0]: expected a relative path")]
    [InlineData("predicate.serialization.ignore_paths", "[\"*\"]", "ignore_paths[0]: expected a relative path")]
    [InlineData("predicate.serialization.shard_size", "5", "shard_size: expected no shard size")]
    public void Read_MalformedStatement_SaysWhere(string member, string value, string expected)
    {
        FormatException error = Assert.Throws<FormatException>(() => StatementJson.Read(Statement(member, value)));
        Assert.Contains(expected, error.Message);
    }

    /// <summary>Others refer to a model by this digest: it is that of the files that are listed.</summary>
    [Fact]
    public void Read_SubjectOfOtherFiles_IsRefused()
    {
        string none = Convert.ToHexStringLower(SHA256.HashData([]));
        string root = Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(none)));
        FormatException error = Assert.Throws<FormatException>(() => StatementJson.Read(Statement("subject", $$"""[ { "name": "m", "digest": { "sha256": "{{none}}" } } ]""")));
        Assert.Contains($"statement.subject[0].digest.sha256: expected '{root}', got '{none}'", error.Message);
        Assert.Throws<FormatException>(() => StatementJson.Read(Statement("predicate.resources", """[ { "name": "a", "digest": "DIGEST", "algorithm": "sha256" }, { "name": "b", "digest": "DIGEST", "algorithm": "sha256" } ]""")));
        Assert.Single(StatementJson.Read(Statement("subject", $$"""[ { "name": "other", "digest": { "sha256": "{{root}}" } } ]""")).Resources);
    }

    [Theory]
    [InlineData("predicate.serialization.method", "\"shards\"", "the serialization 'shards'")]
    [InlineData("predicate.serialization.hash_type", "\"blake3\"", "the hash algorithm 'blake3'")]
    public void Read_OptionalParts_AreUnsupported(string member, string value, string expected)
    {
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => StatementJson.Read(Statement(member, value)));
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Order_IsThatOfCodePoints()
    {
        // U+FF5E is before U+1F600 by code point, and after its surrogates by UTF-16 unit.
        Assert.True(ResourceName.Order.Compare("\uff5e", "\U0001f600") < 0);
        Assert.True(string.CompareOrdinal("\uff5e", "\U0001f600") > 0);
    }

    private static byte[] Statement(string member, string value)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData([]));
        JsonNode statement = JsonNode.Parse(StatementJson.Write("m", new SignedStatement([new SignedResource("a", digest)], false, [], new StatementFacts())))!;
        string[] path = member.Split('.');
        JsonNode at = statement;
        foreach (string part in path[..^1])
        {
            at = at[part]!;
        }

        at[path[^1]] = JsonNode.Parse(value.Replace("DIGEST", digest));
        return Encoding.UTF8.GetBytes(statement.ToJsonString());
    }
}
