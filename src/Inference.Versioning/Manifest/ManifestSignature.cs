namespace Inference.Versioning;

/// <summary>A signature in a manifest.</summary>
public sealed class ManifestSignature
{
    /// <summary>The algorithm; <c>ES256</c> (ECDSA over P-256 with SHA-256, IEEE P1363 form) is the only one.</summary>
    public string Algorithm { get; set; } = "ES256";

    /// <summary>Id of the key, as in <see cref="SigningOptions.Keys"/>.</summary>
    public string Key { get; set; } = "";

    /// <summary>The signature, base64.</summary>
    public string Value { get; set; } = "";
}
