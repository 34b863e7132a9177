namespace Inference.Versioning;

/// <summary>Options of signatures: which keys and certificates are trusted, and whether a signature is required. A version is signed by its manifest (<see cref="ManifestSigner"/>) or by an OpenSSF Model
/// Signing bundle <c>model.sig</c> beside the model (<see cref="ModelSigner"/>); either is accepted.</summary>
public sealed class SigningOptions
{
    /// <summary>Whether a version without a valid signature for its model and version is refused; the default is false. An existing signature is always verified if there are keys or roots.</summary>
    public bool Required { get; set; }

    /// <summary>The trusted public keys, PEM (<c>BEGIN PUBLIC KEY</c>, ECDSA P-256; for bundles also P-384 and P-521), by the key id that manifests name. Keys are rotated by trusting the old and the new one for a while.</summary>
    public IDictionary<string, string> Keys { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When keys are trusted, by key id; a key without an entry is always trusted.</summary>
    public IDictionary<string, KeyValidity> Validity { get; } = new Dictionary<string, KeyValidity>(StringComparer.Ordinal);

    /// <summary>The trusted certificate authorities, PEM (<c>BEGIN CERTIFICATE</c>), for bundles signed by a certificate.</summary>
    public IList<string> CertificateRoots { get; } = [];

    /// <summary>The oldest version that loads; null, the default, for any. Valid signatures of older versions remain valid: this is what keeps them from being served again.</summary>
    public string? OldestVersion { get; set; }
}
