using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Security;

/// <summary>A key of 256 bits in this process, which encrypts data keys by AES-256-GCM: nonce (12 bytes), ciphertext, tag (16). The key's id and the context are authenticated. Zeroed on dispose.</summary>
internal sealed class LocalKey : IDisposable
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    // Printable characters of ASCII and white space.
    private static readonly SearchValues<byte> s_text = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(static c => (byte)c), (byte)'\t', (byte)'\r', (byte)'\n']);

    private readonly byte[] _key;

    private LocalKey(byte[] key, string? id)
    {
        _key = key;
        Id = id ?? DefaultId(key);
    }

    /// <summary>The given id, or one that the key determines: "key-" and 16 hexadecimal digits derived from it.</summary>
    public string Id { get; }

    /// <summary>Reads a key: 32 bytes, or their 64 hexadecimal digits or base64 text, perhaps with white space around it. 32 characters of text are no key: a password, or half of the digits of one.</summary>
    /// <param name="content">The content; zeroed.</param>
    /// <param name="id">The key's id; null for one that the key determines.</param>
    /// <param name="where">Where it comes from, for messages.</param>
    /// <exception cref="KeyException">It is none of these.</exception>
    public static LocalKey Parse(byte[] content, string? id, string where)
    {
        try
        {
            byte[] key = GC.AllocateArray<byte>(KeyBytes, pinned: true);
            if (content.Length == KeyBytes)
            {
                // Of random keys, one in 10^13 looks like this.
                if (!content.AsSpan().ContainsAnyExcept(s_text))
                {
                    throw new KeyException($"{where}: expected {KeyBytes} random bytes, or their {2 * KeyBytes} hexadecimal digits or base64 text, got {KeyBytes} characters of text, which are a password or half a key. Make a key with: openssl rand -base64 {KeyBytes}");
                }

                content.CopyTo(key, 0);
                return new(key, id);
            }

            ReadOnlySpan<byte> text = content.AsSpan().Trim(" \t\r\n"u8);
            if (text.Length == 2 * KeyBytes && Convert.FromHexString(text, key, out _, out int made) == OperationStatus.Done && made == KeyBytes)
            {
                return new(key, id);
            }

            Span<byte> decoded = stackalloc byte[KeyBytes + 3];
            if (text.Length is > 0 and <= 48 && Base64.DecodeFromUtf8(text, decoded, out int used, out made) == OperationStatus.Done && used == text.Length && made == KeyBytes)
            {
                decoded[..KeyBytes].CopyTo(key);
                CryptographicOperations.ZeroMemory(decoded);
                return new(key, id);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }

        throw new KeyException($"{where}: expected a key of {KeyBytes} bytes, or its {2 * KeyBytes} hexadecimal digits, or its base64 text, got something else. Make one with: openssl rand -base64 {KeyBytes}");
    }

    public WrappedKey Wrap(ReadOnlySpan<byte> dataKey, ReadOnlySpan<byte> context)
    {
        var bytes = new byte[NonceBytes + dataKey.Length + TagBytes];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, NonceBytes));
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(bytes.AsSpan(0, NonceBytes), dataKey, bytes.AsSpan(NonceBytes, dataKey.Length), bytes.AsSpan(bytes.Length - TagBytes), AssociatedData(context));
        return new(Id, bytes);
    }

    /// <exception cref="KeyException">It was wrapped by another key, or was changed.</exception>
    public byte[] Unwrap(WrappedKey wrapped, ReadOnlySpan<byte> context, string where)
    {
        if (wrapped.KeyId != Id)
        {
            throw new KeyException($"{where}: expected the key '{wrapped.KeyId}', got '{Id}'. Give the key that was used for encryption, or both in a key ring.");
        }

        ReadOnlySpan<byte> bytes = wrapped.Bytes.Span;
        if (bytes.Length == NonceBytes + KeyBytes + TagBytes)
        {
            byte[] dataKey = GC.AllocateArray<byte>(KeyBytes, pinned: true);
            using var cipher = new AesGcm(_key, TagBytes);
            try
            {
                cipher.Decrypt(bytes[..NonceBytes], bytes[NonceBytes..^TagBytes], bytes[^TagBytes..], dataKey, AssociatedData(context));
                return dataKey;
            }
            catch (AuthenticationTagMismatchException exception)
            {
                throw Changed(exception);
            }
        }

        throw Changed(null);

        KeyException Changed(Exception? inner) => new($"{where}: the data key was not encrypted with the key '{Id}' for this use, or was changed. Restore the encrypted file from a trusted copy, or give the key that was used.", inner);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    // A one-way function of the key: it tells keys apart and nothing about them.
    private static string DefaultId(byte[] key) => $"key-{Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 8, info: "inference key id v1"u8.ToArray()))}";

    private byte[] AssociatedData(ReadOnlySpan<byte> context) => [.. "inference key wrap v1\0"u8, .. Encoding.UTF8.GetBytes(Id), 0, .. context];
}
