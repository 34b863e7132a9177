namespace Inference.Security;

/// <summary>
/// Encrypts what stores keep about subjects and tenants, each under a key of its own, so that destroying the key erases all copies of it, those in backups included. Registered as a service; caches, feedback and others use it if it is
/// there. Thread-safe.
/// </summary>
public interface ISubjectKeys
{
    /// <summary>Makes the keys that owners do not have yet, at once. A key is durable before the call completes.</summary>
    /// <param name="owners">The owners, repeats allowed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="KeyException">Keys cannot be read or written.</exception>
    ValueTask EnsureAsync(IReadOnlyCollection<DataOwner> owners, CancellationToken cancellationToken = default);

    /// <summary>Encrypts data under the keys of its owner: that of the tenant and that of the subject together, so that either one's destruction erases it. Equal data of one owner in one context give equal bytes.</summary>
    /// <param name="owner">The owner; of nobody in particular, the data is encrypted under a key that all such data share.</param>
    /// <param name="context">What the data is and where it belongs, such as a row's id; authenticated, not stored. Different for data that shall not be recognized as equal.</param>
    /// <param name="data">The data.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="KeyException">Keys cannot be read or written.</exception>
    ValueTask<byte[]> ProtectAsync(DataOwner owner, ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Encrypts data under the keys of another entry's owner.</summary>
    /// <param name="entry">What <see cref="ProtectAsync"/> returned; may be untrusted.</param>
    /// <param name="context">See <see cref="ProtectAsync"/>.</param>
    /// <param name="data">The data.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The encrypted data; null if a key of that owner was destroyed, or never was here.</returns>
    /// <exception cref="KeyException">The entry is none, or keys cannot be read.</exception>
    ValueTask<byte[]?> ProtectLikeAsync(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Decrypts data.</summary>
    /// <param name="context">The context that was given to <see cref="ProtectAsync"/>.</param>
    /// <param name="entry">What <see cref="ProtectAsync"/> returned; may be untrusted.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The data; null if a key of its owner was destroyed, or never was here.</returns>
    /// <exception cref="KeyException">The entry was changed or belongs to another context, or keys cannot be read.</exception>
    ValueTask<byte[]?> UnprotectAsync(ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken = default);

    /// <summary>Destroys the key of a subject or of a tenant. What was encrypted under it cannot be decrypted any more, by anyone; later data gets a new key. Repeating it does no harm.</summary>
    /// <param name="owner">A subject or a tenant, not both.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was a key.</returns>
    /// <exception cref="ArgumentException">The owner is not one subject or one tenant.</exception>
    /// <exception cref="KeyException">The key could not be destroyed. Repeat it.</exception>
    ValueTask<bool> DestroyAsync(DataOwner owner, CancellationToken cancellationToken = default);
}
