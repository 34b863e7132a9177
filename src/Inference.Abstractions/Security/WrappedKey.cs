namespace Inference.Security;

/// <summary>A data key encrypted by another key. Immutable.</summary>
public sealed class WrappedKey
{
    /// <summary>Creates a wrapped key.</summary>
    /// <param name="keyId">See <see cref="KeyId"/>; not empty.</param>
    /// <param name="bytes">See <see cref="Bytes"/>; 1 byte or more.</param>
    /// <exception cref="ArgumentException">The id or the key is empty.</exception>
    public WrappedKey(string keyId, ReadOnlyMemory<byte> bytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(keyId);
        if (bytes.IsEmpty)
        {
            throw new ArgumentException("Expected an encrypted key of 1 byte or more, got none.", nameof(bytes));
        }

        KeyId = keyId;
        Bytes = bytes;
    }

    /// <summary>The id of the key that encrypted it, by which it is found again. Not secret; stored beside what is encrypted.</summary>
    public string KeyId { get; }

    /// <summary>The encrypted key, in the provider's form.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }
}
