namespace Inference.Versioning;

/// <summary>Whose signatures on manifests count.</summary>
public sealed class SigningOptions
{
    /// <summary>Whether a version without a valid signature is refused; false by default. A signature that is present is always verified when <see cref="Keys"/> is not empty.</summary>
    public bool Required { get; set; }

    /// <summary>Public keys, PEM (<c>BEGIN PUBLIC KEY</c>, ECDSA P-256), by the key id that manifests name.</summary>
    public IDictionary<string, string> Keys { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
