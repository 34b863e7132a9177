using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Inference.Onnx.Encryption;

/// <summary>What a container is encrypted and authenticated with: keys derived from its data key and its random id. Zeroed on dispose.</summary>
internal sealed class ContainerKeys : IDisposable
{
    public const int DataKeyBytes = 32;
    private const int NonceBytes = 12;
    private readonly byte[] _segmentKey;
    private readonly byte[] _headerKey;
    private readonly ContainerHeader _header;

    public ContainerKeys(ContainerHeader header, ReadOnlySpan<byte> dataKey)
    {
        if (dataKey.Length != DataKeyBytes)
        {
            throw new ArgumentException($"Data key: expected {DataKeyBytes} bytes, got {dataKey.Length}.", nameof(dataKey));
        }

        _header = header;
        _segmentKey = new byte[32];
        _headerKey = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, _segmentKey, header.FileId, "inference model container v1, segments"u8);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, dataKey, _headerKey, header.FileId, "inference model container v1, header"u8);
    }

    /// <summary>The authentication code of the header, which also commits to the data key.</summary>
    public byte[] HeaderTag() => HMACSHA256.HashData(_headerKey, _header.Digest);

    public bool IsHeaderTag(ReadOnlySpan<byte> tag) => CryptographicOperations.FixedTimeEquals(HeaderTag(), tag);

    public AesGcm Cipher() => new(_segmentKey, ContainerHeader.TagBytes);

    public void Encrypt(AesGcm cipher, long segment, ReadOnlySpan<byte> plain, Span<byte> sealedBytes)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Nonce(segment, nonce);
        cipher.Encrypt(nonce, plain, sealedBytes[..plain.Length], sealedBytes[plain.Length..], _header.Digest);
    }

    /// <exception cref="AuthenticationTagMismatchException">The segment is not the one that was written there.</exception>
    public void Decrypt(AesGcm cipher, long segment, ReadOnlySpan<byte> sealedBytes, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Nonce(segment, nonce);
        cipher.Decrypt(nonce, sealedBytes[..plain.Length], sealedBytes[plain.Length..], plain, _header.Digest);
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_segmentKey);
        CryptographicOperations.ZeroMemory(_headerKey);
    }

    // Prefix, counter, and whether the segment is the last: segments cannot be exchanged, dropped or added.
    private void Nonce(long segment, Span<byte> nonce)
    {
        _header.NoncePrefix.CopyTo(nonce);
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[7..], (uint)segment);
        nonce[11] = segment == _header.Segments - 1 ? (byte)1 : (byte)0;
    }
}
