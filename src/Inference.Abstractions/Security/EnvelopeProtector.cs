using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Security;

/// <summary>
/// Encrypts the entries of stores (second-level caches, feedback) with AES-256-GCM under data keys that an <see cref="IModelKeyProvider"/> wraps. Every entry holds its wrapped data key, so any process with the same
/// provider reads it, also after the provider's key was replaced by a new one, as long as it still has the old one. Thread-safe.
/// </summary>
/// <remarks>
/// An entry: format (1 byte), lengths of key id and wrapped key (uint16 each, little-endian), key id, wrapped key, nonce (12 bytes), ciphertext, tag (16 bytes). All that precedes the ciphertext, the purpose and the owner
/// are authenticated. A data key encrypts at most 2^30 entries; then create another protector. Disposing zeroes the data keys.
/// </remarks>
public sealed class EnvelopeProtector : IDisposable
{
    /// <summary>The largest number of entries that one protector encrypts: with random nonces of 96 bits, the probability that one repeats stays below 2^−36.</summary>
    public const long MaxEntries = 1L << 30;

    private const byte Format = 1;
    private const int FixedBytes = 5;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    // Keys of other processes, and of this one before it started again.
    private const int MostKnownKeys = 256;
    private readonly IModelKeyProvider _keys;
    private readonly byte[] _context;
    private readonly byte[] _start;
    private readonly byte[] _dataKey;
    private readonly Dictionary<string, byte[]> _known = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _entries;
    private bool _disposed;

    private EnvelopeProtector(IModelKeyProvider keys, byte[] context, WrappedKey wrapped, byte[] dataKey)
    {
        _keys = keys;
        _context = context;
        _dataKey = dataKey;
        byte[] id = Encoding.UTF8.GetBytes(wrapped.KeyId);
        _start = new byte[FixedBytes + id.Length + wrapped.Bytes.Length];
        _start[0] = Format;
        BinaryPrimitives.WriteUInt16LittleEndian(_start.AsSpan(1), checked((ushort)id.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(_start.AsSpan(3), checked((ushort)wrapped.Bytes.Length));
        id.CopyTo(_start, FixedBytes);
        wrapped.Bytes.CopyTo(_start.AsMemory(FixedBytes + id.Length));
        KeyId = wrapped.KeyId;
    }

    /// <summary>The id of the provider's key that wraps this protector's data key.</summary>
    public string KeyId { get; }

    /// <summary>Creates a protector with a new data key.</summary>
    /// <param name="keys">The provider.</param>
    /// <param name="purpose">What is encrypted, such as "cache"; entries of one purpose are rejected for another.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="KeyException">The key is not available.</exception>
    public static async ValueTask<EnvelopeProtector> CreateAsync(IModelKeyProvider keys, string purpose, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        byte[] context = SHA256.HashData([.. "inference envelope v1\0"u8, .. Encoding.UTF8.GetBytes(purpose)]);
        byte[] dataKey = GC.AllocateArray<byte>(KeyBytes, pinned: true);
        RandomNumberGenerator.Fill(dataKey);
        try
        {
            WrappedKey wrapped = await keys.WrapAsync(dataKey, context, cancellationToken).ConfigureAwait(false);
            return new EnvelopeProtector(keys, context, wrapped, dataKey);
        }
        catch
        {
            CryptographicOperations.ZeroMemory(dataKey);
            throw;
        }
    }

    /// <summary>Encrypts an entry. Has the form of <c>SecondLevelOptions.Protect</c> of Inference.Caching.</summary>
    /// <param name="owner">Whose entry it is, such as a tenant; must be the same when it is decrypted. Null for none.</param>
    /// <param name="entry">The entry.</param>
    /// <exception cref="KeyException"><see cref="MaxEntries"/> were encrypted.</exception>
    /// <exception cref="ObjectDisposedException">The protector was disposed.</exception>
    public byte[] Protect(string? owner, byte[] entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (Interlocked.Increment(ref _entries) > MaxEntries)
        {
            throw new KeyException($"Data key of '{KeyId}': expected at most {MaxEntries} entries, got more. Create another EnvelopeProtector.");
        }

        var result = new byte[_start.Length + NonceBytes + entry.Length + TagBytes];
        Span<byte> start = result.AsSpan(0, _start.Length);
        _start.CopyTo(start);
        Span<byte> nonce = result.AsSpan(_start.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm cipher = Own();
        cipher.Encrypt(nonce, entry, result.AsSpan(_start.Length + NonceBytes, entry.Length), result.AsSpan(result.Length - TagBytes), AssociatedData(start, owner));
        return result;
    }

    /// <summary>Decrypts an entry whose data key is known or is unwrapped at once. Has the form of <c>SecondLevelOptions.Unprotect</c>.</summary>
    /// <param name="owner">The owner that was given to <see cref="Protect"/>.</param>
    /// <param name="entry">What <see cref="Protect"/> returned; may be untrusted.</param>
    /// <exception cref="KeyException">The entry was changed, belongs to another owner or purpose, or its key is not available; or the provider has to ask for the key: it then does so, and a later call finds it. To a cache that is a miss.</exception>
    /// <exception cref="ObjectDisposedException">The protector was disposed.</exception>
    public byte[] Unprotect(string? owner, byte[] entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ValueTask<byte[]> key = KeyOfAsync(entry, CancellationToken.None);
        if (!key.IsCompleted)
        {
            _ = key.AsTask().ContinueWith(static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new KeyException("The data key of the entry is not known yet; the provider is asked for it. Use UnprotectAsync to wait for it.");
        }

        return Open(owner, entry, key.GetAwaiter().GetResult());
    }

    /// <summary>Decrypts an entry; see <see cref="Unprotect"/>.</summary>
    /// <param name="owner">The owner that was given to <see cref="Protect"/>.</param>
    /// <param name="entry">What <see cref="Protect"/> returned; may be untrusted.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="KeyException">The entry was changed, belongs to another owner or purpose, or its key is not available.</exception>
    public async ValueTask<byte[]> UnprotectAsync(string? owner, byte[] entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Open(owner, entry, await KeyOfAsync(entry, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Zeroes the data keys.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_dataKey);
            foreach (byte[] key in _known.Values)
            {
                CryptographicOperations.ZeroMemory(key);
            }

            _known.Clear();
        }
    }

    private AesGcm Own()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new AesGcm(_dataKey, TagBytes);
        }
    }

    private byte[] Open(string? owner, byte[] entry, byte[] key)
    {
        int start = StartBytes(entry);
        var plain = new byte[entry.Length - start - NonceBytes - TagBytes];
        try
        {
            AesGcm cipher;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                cipher = new AesGcm(key, TagBytes);
            }

            using (cipher)
            {
                cipher.Decrypt(entry.AsSpan(start, NonceBytes), entry.AsSpan(start + NonceBytes, plain.Length), entry.AsSpan(entry.Length - TagBytes), plain, AssociatedData(entry.AsSpan(0, start), owner));
            }

            return plain;
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw Changed(exception);
        }
    }

    private async ValueTask<byte[]> KeyOfAsync(byte[] entry, CancellationToken cancellationToken)
    {
        int start = StartBytes(entry);
        if (entry.AsSpan(0, start).SequenceEqual(_start))
        {
            return _dataKey;
        }

        string name = Convert.ToBase64String(entry, FixedBytes, start - FixedBytes);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_known.TryGetValue(name, out byte[]? known))
            {
                return known;
            }
        }

        int idBytes = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(1));
        var wrapped = new WrappedKey(Encoding.UTF8.GetString(entry, FixedBytes, idBytes), entry.AsMemory(FixedBytes + idBytes, start - FixedBytes - idBytes).ToArray());
        byte[] key = await _keys.UnwrapAsync(wrapped, _context, cancellationToken).ConfigureAwait(false);
        if (key.Length != KeyBytes)
        {
            CryptographicOperations.ZeroMemory(key);
            throw new KeyException($"Key '{wrapped.KeyId}': expected a data key of {KeyBytes} bytes, got {key.Length}. Check the key provider.");
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_known.Count >= MostKnownKeys)
            {
                // Left to the collector, not zeroed: another thread may be decrypting with one.
                _known.Clear();
            }

            _known[name] = key;
            return key;
        }
    }

    // The bytes before the nonce.
    private static int StartBytes(byte[] entry)
    {
        if (entry.Length >= FixedBytes && entry[0] == Format)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(1));
            int key = BinaryPrimitives.ReadUInt16LittleEndian(entry.AsSpan(3));
            if (id > 0 && key > 0 && entry.Length >= FixedBytes + id + key + NonceBytes + TagBytes)
            {
                return FixedBytes + id + key;
            }
        }

        throw Changed(null);
    }

    private byte[] AssociatedData(ReadOnlySpan<byte> start, string? owner) =>
        [.. _context, .. start, owner is null ? (byte)0 : (byte)1, .. Encoding.UTF8.GetBytes(owner ?? "")];

    private static KeyException Changed(Exception? inner) => new("The entry was changed, is of another format, or belongs to another owner or purpose. Discard it.", inner);
}
