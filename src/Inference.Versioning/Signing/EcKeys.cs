using System.Security.Cryptography;
using System.Text;

namespace Inference.Versioning.Signing;

/// <summary>ECDSA keys on the curves of the OpenSSF algorithm registry: P-256 with SHA-256, P-384 with SHA-384, P-521 with SHA-512.</summary>
internal static class EcKeys
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";
    private const string P521 = "1.3.132.0.35";

    /// <summary>Imports a private or public key.</summary>
    /// <param name="pem">PEM: <c>PUBLIC KEY</c>, <c>PRIVATE KEY</c>, <c>EC PRIVATE KEY</c> or <c>ENCRYPTED PRIVATE KEY</c>.</param>
    /// <param name="passphrase">The passphrase of an encrypted key; null for none.</param>
    /// <exception cref="CryptographicException">The text is not such a key; the message says what to do.</exception>
    public static ECDsa Import(string pem, string? passphrase = null)
    {
        var key = ECDsa.Create();
        try
        {
            if (pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
            {
                throw new CryptographicException("Expected an encrypted key in PKCS #8, got the older form of OpenSSL. Convert it: openssl pkcs8 -topk8 -in KEY -out NEWKEY.");
            }

            if (!pem.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal))
            {
                key.ImportFromPem(pem);
            }
            else if (string.IsNullOrEmpty(passphrase))
            {
                throw new CryptographicException("Expected a passphrase, because the key is encrypted, got none. Pass it, or use a key that is not encrypted.");
            }
            else
            {
                key.ImportFromEncryptedPem(pem, passphrase);
            }

            _ = HashOf(key);
            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or PlatformNotSupportedException)
        {
            key.Dispose();
            throw new CryptographicException($"Expected an ECDSA key in PEM, got text that is none: {exception.Message}", exception);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The hash that belongs to a key's curve.</summary>
    /// <exception cref="CryptographicException">The curve is not one of the three.</exception>
    public static HashAlgorithmName HashOf(ECDsa key) => CurveOf(key) switch
    {
        P256 => HashAlgorithmName.SHA256,
        P384 => HashAlgorithmName.SHA384,
        P521 => HashAlgorithmName.SHA512,
        string other => throw new CryptographicException($"Expected a key on the curve P-256, P-384 or P-521, got '{other}'. Create one: openssl ecparam -name prime256v1 -genkey -noout."),
    };

    /// <summary>Whether the key is on P-256.</summary>
    public static bool IsP256(ECDsa key) => CurveOf(key) == P256;

    /// <summary>The fingerprint that bundles name: SHA-256 over the PEM text of the public key, lower-case hexadecimal.</summary>
    public static string Fingerprint(ECDsa key) => Hex(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem() + "\n"));

    /// <summary>The fingerprints by which other tools name a key: over the PEM text with and without the last line feed, over the encoded key, and over its point.</summary>
    public static IReadOnlyList<string> Fingerprints(ECDsa key)
    {
        ECParameters point = key.ExportParameters(includePrivateParameters: false);
        return
        [
            Fingerprint(key),
            Hex(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem())),
            Hex(key.ExportSubjectPublicKeyInfo()),
            Hex([4, .. point.Q.X!, .. point.Q.Y!]),
        ];
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string CurveOf(ECDsa key)
    {
        ECCurve curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return !curve.IsNamed ? "explicit parameters" : curve.Oid.Value is { Length: > 0 } value ? value : curve.Oid.FriendlyName switch
        {
            "nistP256" or "ECDSA_P256" => P256,
            "nistP384" or "ECDSA_P384" => P384,
            "nistP521" or "ECDSA_P521" => P521,
            string name => name,
            null => "an unknown curve",
        };
    }
}
