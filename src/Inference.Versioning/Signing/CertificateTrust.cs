using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Inference.Versioning.Signing;

/// <summary>Certificates of signers: they must lead to a root of the verifier, be valid now, and be allowed to sign.</summary>
internal static class CertificateTrust
{
    private const string CodeSigning = "1.3.6.1.5.5.7.3.3";
    private const string AnyPurpose = "2.5.29.37.0";

    /// <summary>Reads certificates in PEM.</summary>
    /// <exception cref="CryptographicException">The text has none, or one that cannot be read.</exception>
    public static X509Certificate2Collection Read(string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException($"Expected certificates in PEM (BEGIN CERTIFICATE), got text that is none: {exception.Message}", exception);
        }

        return certificates.Count > 0 ? certificates : throw new CryptographicException("Expected certificates in PEM (BEGIN CERTIFICATE), found none in the text.");
    }

    /// <summary>Returns the key of the first certificate, which must lead to a root.</summary>
    /// <param name="chain">The signer's certificate and those above it, DER.</param>
    /// <param name="roots">The trusted roots.</param>
    /// <param name="now">The time at which they must be valid.</param>
    /// <param name="name">The signer's name.</param>
    /// <exception cref="FormatException">The certificate is not trusted; the message says why.</exception>
    public static ECDsa KeyOf(IReadOnlyList<byte[]> chain, X509Certificate2Collection roots, DateTimeOffset now, out string name)
    {
        var all = new X509Certificate2Collection();
        try
        {
            foreach (byte[] der in chain)
            {
                all.Add(X509CertificateLoader.LoadCertificate(der));
            }

            X509Certificate2 leaf = all[0];
            name = leaf.Subject;
            RequireChain(leaf, all, roots, now);
            RequireUsage(leaf);
            ECDsa key = leaf.GetECDsaPublicKey() ?? throw new FormatException($"certificate '{name}': expected an ECDSA key, got {leaf.PublicKey.Oid.FriendlyName}");
            _ = EcKeys.HashOf(key);
            return key;
        }
        catch (CryptographicException exception)
        {
            throw new FormatException($"certificates: expected certificates in DER with a key on P-256, P-384 or P-521, got an error: {exception.Message}", exception);
        }
        finally
        {
            foreach (X509Certificate2 certificate in all)
            {
                certificate.Dispose();
            }
        }
    }

    private static void RequireChain(X509Certificate2 leaf, X509Certificate2Collection others, X509Certificate2Collection roots, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        bool holds = chain.Build(leaf);
        string why = string.Join(" ", chain.ChainElements.SelectMany(e => e.ChainElementStatus.Select(s => $"'{e.Certificate.Subject}': {s.StatusInformation.TrimEnd('.', ' ', '\n')}.")).Distinct());
        foreach (X509ChainElement element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        if (!holds)
        {
            throw new FormatException($"certificate '{leaf.Subject}': expected one that leads to a trusted root and is valid at {now.UtcDateTime:u}, got: {why}");
        }
    }

    private static void RequireUsage(X509Certificate2 leaf)
    {
        foreach (X509Extension extension in leaf.Extensions)
        {
            if (extension is X509KeyUsageExtension usage && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
            {
                throw new FormatException($"certificate '{leaf.Subject}': expected the key usage digitalSignature, got {usage.KeyUsages}");
            }

            if (extension is X509EnhancedKeyUsageExtension purposes && !purposes.EnhancedKeyUsages.Cast<Oid>().Any(static p => p.Value is CodeSigning or AnyPurpose))
            {
                throw new FormatException($"certificate '{leaf.Subject}': expected the purpose codeSigning, got {string.Join(", ", purposes.EnhancedKeyUsages.Cast<Oid>().Select(p => p.FriendlyName ?? p.Value))}");
            }
        }
    }
}
