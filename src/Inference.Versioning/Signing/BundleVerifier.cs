using System.Security.Cryptography;

namespace Inference.Versioning.Signing;

/// <summary>Verifies bundles: the signature first, then what it states.</summary>
internal static class BundleVerifier
{
    // A SHA-256 in hexadecimal has 64 digits; one that was shortened or altered is still taken for a fingerprint.
    private const int ShortestFingerprint = 56;

    /// <summary>Verifies the signature and parses the statement. Files are compared elsewhere.</summary>
    /// <param name="json">The bundle.</param>
    /// <param name="trusted">The trusted keys and roots.</param>
    /// <param name="now">The time at which certificates must be valid.</param>
    /// <param name="signer">The id of the key, or the subject of the certificate.</param>
    /// <exception cref="FormatException">The bundle is malformed or its signature is not valid; the message says why.</exception>
    /// <exception cref="UnsupportedModelException">The bundle uses a part of the specification that is not supported, such as keyless signatures.</exception>
    public static SignedStatement Verify(ReadOnlyMemory<byte> json, TrustedKeys trusted, DateTimeOffset now, out string signer)
    {
        SignatureBundle bundle = BundleReader.Read(json);
        if (bundle.PayloadType != Dsse.InTotoType)
        {
            throw new FormatException($"bundle.dsseEnvelope.payloadType: expected '{Dsse.InTotoType}', got '{(bundle.PayloadType.Length <= 64 ? bundle.PayloadType : bundle.PayloadType[..64])}'");
        }

        switch (bundle.Method)
        {
            case BundleMethod.Sigstore:
                // What can be told without the log is told first.
                StatementJson.Read(bundle.Payload);
                throw new UnsupportedModelException("The signature is keyless (method 'sigstore': a short-lived certificate and a transparency log), which is not supported. Sign with a key or with a certificate of your own authority.");
            case BundleMethod.Certificate:
                if (trusted.Roots.Count == 0)
                {
                    throw new FormatException("the signature is by a certificate: expected certificate roots to verify it, got none");
                }

                using (ECDsa key = CertificateTrust.KeyOf(bundle.Certificates, trusted.Roots, now, out signer))
                {
                    Require(bundle.Signatures.Any(s => Dsse.IsValid(key, bundle.PayloadType, bundle.Payload, s)), $"the certificate '{signer}'");
                }

                break;
            default:
                signer = KeyOf(bundle, trusted);
                break;
        }

        return StatementJson.Read(bundle.Payload);
    }

    private static string KeyOf(SignatureBundle bundle, TrustedKeys trusted)
    {
        IEnumerable<(string Id, ECDsa Key)> candidates = trusted.Keys;
        if (bundle.Hint is { } hint)
        {
            string plain = hint.Replace(":", "", StringComparison.Ordinal);
            if (plain.Length >= ShortestFingerprint && plain.Count(char.IsAsciiHexDigit) * 4 >= plain.Length * 3)
            {
                candidates = [.. trusted.Keys.Where(k => EcKeys.Fingerprints(k.Key).Contains(plain, StringComparer.OrdinalIgnoreCase))];
                if (!candidates.Any())
                {
                    throw new FormatException($"expected a signature by a trusted key ({trusted}), got one by the key with fingerprint {(plain.Length <= 64 ? plain : plain[..64])}");
                }
            }
        }

        foreach ((string id, ECDsa key) in candidates)
        {
            if (bundle.Signatures.Any(s => Dsse.IsValid(key, bundle.PayloadType, bundle.Payload, s)))
            {
                return id;
            }
        }

        Require(false, $"a trusted key ({trusted})");
        return "";
    }

    private static void Require(bool holds, string by)
    {
        if (!holds)
        {
            throw new FormatException($"the signature is not valid under {by}: the bundle was changed after signing, or signed by another key");
        }
    }
}
