namespace Inference.Versioning;

/// <summary>Options of manifest signatures: which keys are trusted, and whether a signature is required.</summary>
public sealed class SigningOptions
{
    /// <summary>Whether a version without a valid signature is refused; the default is false. An existing signature is always verified if <see cref="Keys"/> is not empty.</summary>
    public bool Required { get; set; }

    /// <summary>The trusted public keys, PEM (<c>BEGIN PUBLIC KEY</c>, ECDSA P-256), by the key id that manifests name.</summary>
    public IDictionary<string, string> Keys { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
