using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Inference.Versioning.Signing;

/// <summary>The keys and roots of <see cref="SigningOptions"/>.</summary>
internal sealed class TrustedKeys : IDisposable
{
    private readonly List<(string Id, ECDsa Key)> _keys = [];
    private readonly List<string> _outside = [];

    /// <summary>Reads the options.</summary>
    /// <param name="options">The options; they were validated.</param>
    /// <param name="now">The time; keys outside their validity are not trusted.</param>
    /// <exception cref="CryptographicException">A key or certificate cannot be read.</exception>
    public TrustedKeys(SigningOptions options, DateTimeOffset now)
    {
        foreach ((string id, string pem) in options.Keys)
        {
            if (options.Validity.TryGetValue(id, out KeyValidity? validity) && validity.WhyNot(now) is { } why)
            {
                _outside.Add($"'{id}' ({why})");
            }
            else
            {
                _keys.Add((id, EcKeys.Import(pem)));
            }
        }

        foreach (string pem in options.CertificateRoots)
        {
            Roots.AddRange(CertificateTrust.Read(pem));
        }
    }

    /// <summary>The keys that are trusted now.</summary>
    public IReadOnlyList<(string Id, ECDsa Key)> Keys => _keys;

    /// <summary>The roots of certificates.</summary>
    public X509Certificate2Collection Roots { get; } = [];

    /// <summary>The keys, for messages.</summary>
    public override string ToString() =>
        (_keys.Count == 0 ? "no key" : string.Join(", ", _keys.Select(k => $"'{k.Id}'"))) + (_outside.Count == 0 ? "" : $"; not valid now: {string.Join(", ", _outside)}");

    /// <summary>A key by its id; null if it is unknown or not valid now.</summary>
    public ECDsa? Find(string id) => _keys.FirstOrDefault(k => k.Id == id).Key;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, ECDsa key) in _keys)
        {
            key.Dispose();
        }

        foreach (X509Certificate2 root in Roots)
        {
            root.Dispose();
        }
    }
}
