namespace Inference.Versioning.Manifest;

/// <summary>The signature in a manifest.</summary>
internal sealed class ManifestSignature
{
    /// <summary>The algorithm; only <c>ES256</c> (ECDSA over P-256 with SHA-256, IEEE P1363 format) is supported.</summary>
    public string Algorithm { get; set; } = "ES256";

    /// <summary>The id of the key, as in <see cref="SigningOptions.Keys"/>.</summary>
    public string Key { get; set; } = "";

    /// <summary>The signature, base64.</summary>
    public string Value { get; set; } = "";
}
