using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Inference.Versioning.Signing;

namespace Inference.Versioning;

/// <summary>A private key that signs models, with its certificates if it has some. Thread-safe.</summary>
public sealed class ModelSigningKey : IDisposable
{
    private ModelSigningKey(ECDsa key, IReadOnlyList<byte[]> certificates) => (Key, Certificates) = (key, certificates);

    /// <summary>The fingerprint of the public key: SHA-256 over its PEM text, lower-case hexadecimal. Bundles signed by key name it.</summary>
    public string Fingerprint => EcKeys.Fingerprint(Key);

    /// <summary>The public key, PEM, as verifiers need it.</summary>
    public string PublicKeyPem => Key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Whether the signer is known by a certificate rather than by the key.</summary>
    public bool HasCertificates => Certificates.Count > 0;

    internal ECDsa Key { get; }

    internal IReadOnlyList<byte[]> Certificates { get; }

    /// <summary>Reads a key.</summary>
    /// <param name="keyPem">The private key, PEM: ECDSA on P-256, P-384 or P-521.</param>
    /// <param name="passphrase">The passphrase of an encrypted key; null, the default, for none.</param>
    /// <param name="certificatesPem">The signer's certificate, followed by those above it, PEM; null, the default, to sign by the key. Self-signed roots are left out: verifiers have theirs.</param>
    /// <exception cref="CryptographicException">The text is not such a key, or the first certificate is not that of the key.</exception>
    public static ModelSigningKey FromPem(string keyPem, string? passphrase = null, string? certificatesPem = null)
    {
        ArgumentNullException.ThrowIfNull(keyPem);
        ECDsa key = EcKeys.Import(keyPem, passphrase);
        try
        {
            RequirePrivate(key);
            return new ModelSigningKey(key, certificatesPem is null ? [] : Chain(key, certificatesPem));
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();

    private static void RequirePrivate(ECDsa key)
    {
        try
        {
            _ = key.SignHash(new byte[32]);
        }
        catch (CryptographicException exception)
        {
            throw new CryptographicException($"Expected a private key (BEGIN PRIVATE KEY), got one that cannot sign: {exception.Message}", exception);
        }
    }

    private static List<byte[]> Chain(ECDsa key, string pem)
    {
        X509Certificate2Collection certificates = CertificateTrust.Read(pem);
        try
        {
            if (!certificates[0].PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            {
                throw new CryptographicException($"Expected the signer's certificate first, got '{certificates[0].Subject}', which has another key. Put the certificate of the key before those above it.");
            }

            return [.. certificates.Where((c, i) => i == 0 || !c.SubjectName.RawData.AsSpan().SequenceEqual(c.IssuerName.RawData)).Select(static c => c.RawData)];
        }
        finally
        {
            foreach (X509Certificate2 certificate in certificates)
            {
                certificate.Dispose();
            }
        }
    }
}
