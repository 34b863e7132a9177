using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Inference.Versioning.Tests.Signing;

/// <summary>A root, an intermediate authority and a signer's certificate, with one property changed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    public TestCertificates(string how, ECDsa leafKey)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 root = Authority("CN=root", _rootKey).CreateSelfSigned(now.AddDays(-30), now.AddDays(300));
        using X509Certificate2 middle = Authority("CN=middle", _middleKey, how != "not an authority").Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), now.AddDays(-20), now.AddDays(200), [1]);
        var request = new CertificateRequest("CN=signer", leafKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(how == "usage" ? X509KeyUsageFlags.KeyAgreement : X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(how == "purpose" ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.3")], critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        (int from, int to) = how switch { "expired" => (-10, -1), "not yet" => (1, 10), _ => (-10, 10) };
        using X509Certificate2 leaf = request.Create(middle.SubjectName, X509SignatureGenerator.CreateForECDsa(_middleKey), now.AddDays(from), now.AddDays(to), [2]);
        Pem = leaf.ExportCertificatePem() + "\n" + (how == "no intermediate" ? "" : middle.ExportCertificatePem() + "\n") + root.ExportCertificatePem();
        if (how == "other root")
        {
            using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using X509Certificate2 other = Authority("CN=root", otherKey).CreateSelfSigned(now.AddDays(-30), now.AddDays(300));
            RootPem = other.ExportCertificatePem();
        }
        else
        {
            RootPem = root.ExportCertificatePem();
        }
    }

    /// <summary>The signer's certificate and those above it.</summary>
    public string Pem { get; }

    /// <summary>The root that is trusted.</summary>
    public string RootPem { get; }

    public void Dispose()
    {
        _rootKey.Dispose();
        _middleKey.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key, bool isAuthority = true)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request;
    }
}
