using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inference.Security;

namespace Inference.Erasure;

/// <summary>
/// A signed statement that data was erased: a JSON Web Signature (RFC 7515, compact form, ES256) over the JSON below. It does not contain the owner's name, but a salted hash by which whoever knows the name recognizes it. Immutable.
/// </summary>
public sealed class ErasureReceipt
{
    private ErasureReceipt(string token, ErasureStatement statement)
    {
        Token = token;
        Statement = statement;
    }

    /// <summary>The signed text, <c>header.payload.signature</c>.</summary>
    public string Token { get; }

    /// <summary>The id of the erasure, also in the decision logs.</summary>
    public Guid Id => Statement.Id;

    /// <summary>When it was complete.</summary>
    public DateTimeOffset At => Statement.At;

    /// <summary>Who asked for it.</summary>
    public string Actor => Statement.Actor;

    /// <summary>Why.</summary>
    public string Reason => Statement.Reason;

    /// <summary>Whether a key of the owner was destroyed.</summary>
    public bool KeyDestroyed => Statement.KeyDestroyed;

    /// <summary>What was removed, by model.</summary>
    public IReadOnlyList<ModelErasure> Models => Statement.Models;

    private ErasureStatement Statement { get; }

    /// <summary>Checks the signature of a receipt and reads it.</summary>
    /// <param name="token">The signed text.</param>
    /// <param name="publicKeyPem">The public key, ECDSA P-256 in PEM.</param>
    /// <exception cref="InferenceException">The text is no receipt, or was not signed by the key.</exception>
    public static ErasureReceipt Verify(string token, string publicKeyPem)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(publicKeyPem);
        try
        {
            string[] parts = token.Split('.');
            if (parts.Length != 3)
            {
                throw new FormatException($"Expected three parts, got {parts.Length}.");
            }

            ErasureHeader? header = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(parts[0]), ErasureJson.Default.ErasureHeader);
            using var key = ECDsa.Create();
            key.ImportFromPem(publicKeyPem);
            if (header is not { Alg: ErasureHeader.Algorithm, Typ: ErasureHeader.Type } || key.KeySize != 256
                || !key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
            {
                throw new InferenceException("Receipt of an erasure: expected a valid ES256 signature of the key, got another. The receipt was changed, or signed by another key.");
            }

            return new ErasureReceipt(token, JsonSerializer.Deserialize(Base64Url.DecodeFromChars(parts[1]), ErasureJson.Default.ErasureStatement) ?? throw new FormatException("The payload is null."));
        }
        catch (Exception exception) when (exception is FormatException or JsonException or CryptographicException or ArgumentException)
        {
            throw new InferenceException($"Receipt of an erasure: expected a signed receipt and an ECDSA P-256 key in PEM, got something else: {exception.Message}", exception);
        }
    }

    /// <summary>Whether it is about an owner.</summary>
    /// <param name="owner">One subject or one tenant.</param>
    /// <exception cref="ArgumentException">The owner is not one subject or one tenant.</exception>
    public bool IsOf(DataOwner owner)
    {
        owner.ThrowIfNotOne();
        return CryptographicOperations.FixedTimeEquals(Convert.FromHexString(Statement.Owner), HashOf(owner, Convert.FromHexString(Statement.Salt)));
    }

    internal static ErasureReceipt Sign(DataOwner owner, Guid id, DateTimeOffset at, string actor, string reason, bool keyDestroyed, IReadOnlyList<ModelErasure> models, ECDsa key, string? keyId)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        var statement = new ErasureStatement(id, at, owner.Subject is null ? "tenant" : "subject", Convert.ToHexStringLower(HashOf(owner, salt)), Convert.ToHexStringLower(salt), actor, reason, keyDestroyed, models);
        string text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new ErasureHeader(ErasureHeader.Algorithm, ErasureHeader.Type, keyId), ErasureJson.Default.ErasureHeader))
            + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(statement, ErasureJson.Default.ErasureStatement));
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new ErasureReceipt($"{text}.{Base64Url.EncodeToString(signature)}", statement);
    }

    private static byte[] HashOf(DataOwner owner, byte[] salt) => SHA256.HashData([.. salt, owner.Subject is null ? (byte)1 : (byte)2, .. Encoding.UTF8.GetBytes((owner.Subject ?? owner.Tenant)!)]);
}
