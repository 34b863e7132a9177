using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inference.Security;

/// <summary>
/// Keys of subjects and tenants in a folder, encrypted under a root key that an <see cref="IModelKeyProvider"/> wraps. Processes may share the folder. Thread-safe.
/// </summary>
/// <remarks>
/// <c>root.key</c> holds the wrapped root key, <c>subjects.keys</c> a slot of 128 bytes for each owner: a keyed hash of its name (no names are stored), a random id, and its key of 256 random bits, encrypted by AES-256-GCM under the root key. To destroy a
/// key, its bytes are overwritten in place and flushed to the disk; the slot is not used again. An entry is encrypted by AES-256-GCM under HMAC-SHA-256(key of the tenant ‖ key of the subject); its nonce is the start of an HMAC over
/// context and data. Keep the folder out of backups of the stores, or give its backups a short life: a restored backup of the folder restores the keys.
/// </remarks>
public sealed class SubjectKeys : ISubjectKeys, IDisposable
{
    /// <summary>The bytes that encryption adds to an entry.</summary>
    public const int OverheadBytes = 1 + (2 * IdBytes) + NonceBytes + TagBytes;

    private const byte Format = 1;
    private const int IdBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;
    private readonly SubjectKeyFile _file;

    private SubjectKeys(SubjectKeyFile file) => _file = file;

    /// <summary>Opens the keys of a folder; makes the folder and the root key if they are not there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keys">Wraps the root key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="KeyException">The folder cannot be read or written, is damaged, or the provider does not have the key that wraps its root key.</exception>
    public static async ValueTask<SubjectKeys> OpenAsync(string folder, IModelKeyProvider keys, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(keys);
        return new SubjectKeys(await SubjectKeyFile.OpenAsync(folder, keys, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Wraps the root key of a folder by a provider's current key: to rotate, give a ring of the new and the old provider. Entries and keys of owners stay as they are.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keys">Unwraps the root key, and wraps it again.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="KeyException">The folder cannot be read or written, or the provider does not have the key.</exception>
    public static ValueTask RewrapAsync(string folder, IModelKeyProvider keys, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(keys);
        return RootKeyFile.RewrapAsync(folder, keys, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask EnsureAsync(IReadOnlyCollection<DataOwner> owners, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owners);
        var ids = new HashSet<UInt128>();
        foreach (DataOwner owner in owners)
        {
            (UInt128 tenant, UInt128 subject) = Ids(owner);
            ids.Add(tenant);
            ids.Add(subject);
        }

        ids.Remove(UInt128.Zero);
        return _file.EnsureAsync(ids, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> ProtectAsync(DataOwner owner, ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        (UInt128 tenantOwner, UInt128 subjectOwner) = Ids(owner);
        byte[]? key;
        UInt128 tenant, subject;
        while (!TryKeyOf(tenantOwner, subjectOwner, out key, out tenant, out subject))
        {
            await _file.EnsureAsync([.. new[] { tenantOwner, subjectOwner }.Where(static i => i != UInt128.Zero)], cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return Seal(key!, tenant, subject, context.Span, data.Span);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> ProtectLikeAsync(ReadOnlyMemory<byte> entry, ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        (UInt128 tenant, UInt128 subject) = IdsOf(entry.Span);
        if (!TryKey(tenant, subject, out byte[]? key))
        {
            return new ValueTask<byte[]?>((byte[]?)null);
        }

        try
        {
            return new ValueTask<byte[]?>(Seal(key!, tenant, subject, context.Span, data.Span));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> UnprotectAsync(ReadOnlyMemory<byte> context, ReadOnlyMemory<byte> entry, CancellationToken cancellationToken = default)
    {
        (UInt128 tenant, UInt128 subject) = IdsOf(entry.Span);
        if (!TryKey(tenant, subject, out byte[]? key))
        {
            return new ValueTask<byte[]?>((byte[]?)null);
        }

        try
        {
            return new ValueTask<byte[]?>(Open(key!, context.Span, entry.Span));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw Changed(exception);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DestroyAsync(DataOwner owner, CancellationToken cancellationToken = default)
    {
        owner.ThrowIfNotOne();
        (UInt128 tenant, UInt128 subject) = Ids(owner);
        return _file.DestroyAsync(owner.Subject is null ? tenant : subject, cancellationToken);
    }

    /// <summary>Closes the files and zeroes the root key.</summary>
    public void Dispose() => _file.Dispose();

    private static byte[] Seal(byte[] key, UInt128 tenant, UInt128 subject, ReadOnlySpan<byte> context, ReadOnlySpan<byte> data)
    {
        var entry = new byte[OverheadBytes + data.Length];
        entry[0] = Format;
        BinaryPrimitives.WriteUInt128LittleEndian(entry.AsSpan(1), tenant);
        BinaryPrimitives.WriteUInt128LittleEndian(entry.AsSpan(1 + IdBytes), subject);
        Span<byte> nonce = entry.AsSpan(1 + (2 * IdBytes), NonceBytes);
        Nonce(key, context, data, nonce);
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, data, entry.AsSpan(1 + (2 * IdBytes) + NonceBytes, data.Length), entry.AsSpan(entry.Length - TagBytes), [.. entry.AsSpan(0, 1 + (2 * IdBytes)), .. context]);
        return entry;
    }

    private static byte[] Open(byte[] key, ReadOnlySpan<byte> context, ReadOnlySpan<byte> entry)
    {
        const int Start = 1 + (2 * IdBytes);
        var data = new byte[entry.Length - OverheadBytes];
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Decrypt(entry.Slice(Start, NonceBytes), entry.Slice(Start + NonceBytes, data.Length), entry[^TagBytes..], data, [.. entry[..Start], .. context]);
        return data;
    }

    // Of different contexts or data, two nonces under one key are equal with probability 2^−96.
    private static void Nonce(byte[] key, ReadOnlySpan<byte> context, ReadOnlySpan<byte> data, Span<byte> nonce)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, context.Length);
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData("nonce"u8);
        hash.AppendData(length);
        hash.AppendData(context);
        hash.AppendData(data);
        Span<byte> all = stackalloc byte[32];
        hash.GetHashAndReset(all);
        all[..NonceBytes].CopyTo(nonce);
    }

    private bool TryKey(UInt128 tenant, UInt128 subject, out byte[]? key)
    {
        Span<byte> both = stackalloc byte[2 * KeyBytes];
        key = null;
        try
        {
            both.Clear();
            if ((tenant != UInt128.Zero && !_file.TryReadKey(tenant, both[..KeyBytes])) || (subject != UInt128.Zero && !_file.TryReadKey(subject, both[KeyBytes..])))
            {
                return false;
            }

            key = Combine(both);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(both);
        }
    }

    private bool TryKeyOf(UInt128 tenantOwner, UInt128 subjectOwner, out byte[]? key, out UInt128 tenant, out UInt128 subject)
    {
        Span<byte> both = stackalloc byte[2 * KeyBytes];
        (key, tenant, subject) = (null, default, default);
        try
        {
            both.Clear();
            if ((tenantOwner != UInt128.Zero && !_file.TryReadOwner(tenantOwner, both[..KeyBytes], out tenant)) || (subjectOwner != UInt128.Zero && !_file.TryReadOwner(subjectOwner, both[KeyBytes..], out subject)))
            {
                return false;
            }

            key = Combine(both);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(both);
        }
    }

    private static byte[] Combine(ReadOnlySpan<byte> both) => HMACSHA256.HashData(both, "inference subject entry v1"u8);

    // Nobody's data has a key like a tenant's: its name is that of no tenant.
    private (UInt128 Tenant, UInt128 Subject) Ids(DataOwner owner) => owner is { Tenant: null, Subject: null }
        ? (_file.IdOf(0, default), UInt128.Zero)
        : (owner.Tenant is { } tenant ? _file.IdOf(1, MemoryMarshal.AsBytes(tenant.AsSpan())) : UInt128.Zero, owner.Subject is { } subject ? _file.IdOf(2, MemoryMarshal.AsBytes(subject.AsSpan())) : UInt128.Zero);

    private static (UInt128 Tenant, UInt128 Subject) IdsOf(ReadOnlySpan<byte> entry) => entry.Length >= OverheadBytes && entry[0] == Format
        ? (BinaryPrimitives.ReadUInt128LittleEndian(entry[1..]), BinaryPrimitives.ReadUInt128LittleEndian(entry[(1 + IdBytes)..]))
        : throw Changed(null);

    private static KeyException Changed(Exception? inner) => new("The entry was changed, is of another format, or belongs to another context. Discard it.", inner);
}
