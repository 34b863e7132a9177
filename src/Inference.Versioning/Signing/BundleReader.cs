using System.Text.Json;

namespace Inference.Versioning.Signing;

/// <summary>Parses Sigstore bundles as the OpenSSF Model Signing specification 1.0 uses them.</summary>
internal static class BundleReader
{
    /// <summary>The maximum size in bytes: some hundred thousand files.</summary>
    public const int MaxBytes = 32 << 20;

    // The proofs of transparency logs are nested five deep.
    private const int MaxDepth = 16;
    private const int MaxSignatures = 8;
    private const int MaxCertificates = 16;
    private const int MaxLogEntries = 64;

    private static readonly string[] s_mediaTypes =
    [
        "application/vnd.dev.sigstore.bundle.v0.3+json",
        "application/vnd.dev.sigstore.bundle.v0.2+json",
        "application/vnd.dev.sigstore.bundle.v0.1+json",
        "application/vnd.dev.sigstore.bundle+json;version=0.3",
        "application/vnd.dev.sigstore.bundle+json;version=0.2",
        "application/vnd.dev.sigstore.bundle+json;version=0.1",
    ];

    /// <summary>The media type that is written.</summary>
    public static string MediaType => s_mediaTypes[0];

    /// <summary>Parses a bundle.</summary>
    /// <exception cref="FormatException">It is not a bundle; the message names the member.</exception>
    public static SignatureBundle Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, StrictJson.Options(MaxDepth));
            StrictJson bundle = StrictJson.Root(document, "bundle");
            bundle.Only("mediaType", "verificationMaterial", "dsseEnvelope");
            StrictJson media = bundle.Get("mediaType");
            if (!s_mediaTypes.Contains(media.Text()))
            {
                throw media.Unexpected($"'{MediaType}'");
            }

            StrictJson material = bundle.Get("verificationMaterial").Object();
            material.Only("publicKey", "x509CertificateChain", "certificate", "tlogEntries", "timestampVerificationData");
            int logEntries = LogEntries(material);
            (BundleMethod method, string? hint, IReadOnlyList<byte[]> certificates) = Signer(material, logEntries);
            StrictJson envelope = bundle.Get("dsseEnvelope").Object();
            envelope.Only("payload", "payloadType", "signatures");
            return new SignatureBundle(method, hint, certificates, envelope.Get("payloadType").Text(), envelope.Get("payload").Bytes(), [.. envelope.Get("signatures").Items(1, MaxSignatures).Select(Signature)]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new FormatException($"bundle: expected JSON, got an error: {exception.Message}", exception);
        }
    }

    private static (BundleMethod, string?, IReadOnlyList<byte[]>) Signer(StrictJson material, int logEntries)
    {
        StrictJson? key = material.Find("publicKey");
        StrictJson? chain = material.Find("x509CertificateChain");
        StrictJson? single = material.Find("certificate");
        if ((key is null ? 0 : 1) + (chain is null ? 0 : 1) + (single is null ? 0 : 1) != 1)
        {
            throw material.Unexpected("one of 'publicKey', 'x509CertificateChain' and 'certificate'");
        }

        if (key is { } named)
        {
            named.Object();
            return (BundleMethod.Key, Hint(named), []);
        }

        if (chain is { } list)
        {
            list.Object();
            return (BundleMethod.Certificate, null, [.. list.Get("certificates").Items(1, MaxCertificates).Select(static c => c.Object().Get("rawBytes").Bytes())]);
        }

        return logEntries > 0
            ? (BundleMethod.Sigstore, null, [single!.Value.Object().Get("rawBytes").Bytes()])
            : throw material.Unexpected("'tlogEntries' with an entry beside 'certificate'");
    }

    // Bundles of tools before version 1.1 have the key itself, which is no reason to trust it, in place of its fingerprint.
    private static string? Hint(StrictJson key)
    {
        key.Only("hint", "rawBytes", "keyDetails", "validFor");
        if (key.Find("hint") is { IsNull: false } hint)
        {
            return hint.Text(mayBeEmpty: true) is { Length: > 0 } text ? text : null;
        }

        return key.Find("rawBytes") is { } raw && raw.Bytes().Length > 0 ? null : throw key.Unexpected("'hint', the key's fingerprint");
    }

    private static int LogEntries(StrictJson material)
    {
        if (material.Find("timestampVerificationData") is { } stamps)
        {
            stamps.Object();
        }

        if (material.Find("tlogEntries") is not { } entries)
        {
            return 0;
        }

        IReadOnlyList<StrictJson> items = entries.Items(0, MaxLogEntries);
        foreach (StrictJson item in items)
        {
            item.Object();
        }

        return items.Count;
    }

    private static byte[] Signature(StrictJson signature)
    {
        signature.Object();
        signature.Only("sig", "keyid");
        if (signature.Find("keyid") is { IsNull: false } id)
        {
            id.Text(mayBeEmpty: true);
        }

        return signature.Get("sig").Bytes();
    }
}
