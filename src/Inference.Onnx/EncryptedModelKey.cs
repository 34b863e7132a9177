namespace Inference.Onnx;

/// <summary>The data key of an encrypted model as its file holds it: encrypted by another key, which the file only names. Immutable.</summary>
public sealed class EncryptedModelKey
{
    /// <summary>The longest key id in bytes of UTF-8.</summary>
    public const int MaxIdBytes = 1024;

    /// <summary>The longest encrypted data key in bytes.</summary>
    public const int MaxWrappedBytes = 16 * 1024;

    /// <summary>Creates a description of an encrypted data key.</summary>
    /// <param name="keyId">The id of the key that encrypted it; 1 to <see cref="MaxIdBytes"/> bytes of UTF-8.</param>
    /// <param name="wrapped">The encrypted data key; 1 to <see cref="MaxWrappedBytes"/> bytes.</param>
    /// <param name="context">See <see cref="Context"/>.</param>
    /// <exception cref="ArgumentException">The id or the key is empty or too long.</exception>
    public EncryptedModelKey(string keyId, ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyId);
        if (System.Text.Encoding.UTF8.GetByteCount(keyId) > MaxIdBytes)
        {
            throw new ArgumentException($"{nameof(keyId)}: expected at most {MaxIdBytes} bytes of UTF-8, got more.", nameof(keyId));
        }

        if (wrapped.Length is 0 or > MaxWrappedBytes)
        {
            throw new ArgumentException($"{nameof(wrapped)}: expected 1 to {MaxWrappedBytes} bytes, got {wrapped.Length}.", nameof(wrapped));
        }

        KeyId = keyId;
        Wrapped = wrapped;
        Context = context;
    }

    /// <summary>The id of the key that encrypted the data key. Not secret.</summary>
    public string KeyId { get; }

    /// <summary>The encrypted data key.</summary>
    public ReadOnlyMemory<byte> Wrapped { get; }

    /// <summary>What the data key is bound to: the SHA-256 of the file's header (its random id, segment size, and the names and lengths of its parts), 32 bytes. It stays the same when the key is replaced.</summary>
    public ReadOnlyMemory<byte> Context { get; }
}
