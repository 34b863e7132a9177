namespace Inference.Security;

/// <summary>
/// Encrypts and decrypts the data keys of encrypted models and stores with keys that it holds or has access to, such as those of a key management service. Thread-safe.
/// </summary>
public interface IModelKeyProvider
{
    /// <summary>Encrypts a data key with the provider's current key.</summary>
    /// <param name="key">The data key, 32 bytes; valid until the call completes. Do not keep it.</param>
    /// <param name="context">What the key is for, 32 bytes: to be authenticated with the key where that is possible (associated data, encryption context).</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="KeyException">The key is not available.</exception>
    ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default);

    /// <summary>Decrypts a data key.</summary>
    /// <param name="key">What <see cref="WrapAsync"/> returned, perhaps in another process; from an untrusted file.</param>
    /// <param name="context">The context that was given to <see cref="WrapAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The data key in a new array, which the caller zeroes.</returns>
    /// <exception cref="KeyException">The provider does not have the key with that id, or the wrapped key or its context was changed.</exception>
    ValueTask<byte[]> UnwrapAsync(WrappedKey key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken = default);
}
