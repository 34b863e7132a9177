using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Versioning.Signing;

/// <summary>Signatures over a payload with its type (Dead Simple Signing Envelope, version 1).</summary>
internal static class Dsse
{
    /// <summary>The type of an in-toto statement.</summary>
    public const string InTotoType = "application/vnd.in-toto+json";

    /// <summary>The bytes that are signed: <c>DSSEv1</c>, then type and payload, each preceded by its length in bytes.</summary>
    public static byte[] Encode(string type, ReadOnlySpan<byte> payload)
    {
        int typeLength = Encoding.UTF8.GetByteCount(type);
        byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {typeLength} {type} {payload.Length} "));
        return [.. head, .. payload];
    }

    /// <summary>Signs a payload; the signature is ASN.1 DER.</summary>
    public static byte[] Sign(ECDsa key, string type, ReadOnlySpan<byte> payload) =>
        key.SignData(Encode(type, payload), EcKeys.HashOf(key), DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Whether a signature over a payload is valid under a key, with the hash of the key's curve, or with SHA-256, which some tools use with every curve.</summary>
    public static bool IsValid(ECDsa key, string type, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature)
    {
        byte[] text = Encode(type, payload);
        return IsValid(key, text, signature, EcKeys.HashOf(key)) || (!EcKeys.IsP256(key) && IsValid(key, text, signature, HashAlgorithmName.SHA256));
    }

    private static bool IsValid(ECDsa key, byte[] text, ReadOnlySpan<byte> signature, HashAlgorithmName hash)
    {
        try
        {
            return key.VerifyData(text, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // Not DER.
            return false;
        }
    }
}
