namespace Inference.Versioning.Signing;

/// <summary>A parsed bundle. Nothing in it is verified.</summary>
/// <param name="Method">How the signer is known.</param>
/// <param name="Hint">The key's fingerprint; null if the bundle has none.</param>
/// <param name="Certificates">The signer's certificate and those above it, DER; empty without certificates.</param>
/// <param name="PayloadType">The type of the payload.</param>
/// <param name="Payload">The signed content.</param>
/// <param name="Signatures">The signatures, ASN.1 DER.</param>
internal sealed record SignatureBundle(BundleMethod Method, string? Hint, IReadOnlyList<byte[]> Certificates, string PayloadType, byte[] Payload, IReadOnlyList<byte[]> Signatures);
