using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Inference.Security;

/// <summary>
/// The slots of a folder of <see cref="SubjectKeys"/>, 128 bytes each: id of the owner (16), random id of the key (16), nonce (12), encrypted key (32), tag (16), zeros. Slots are only ever added, and zeroed when their key is destroyed. A slot lies within one sector of a disk. Thread-safe;
/// processes share the file.
/// </summary>
internal sealed class SubjectKeyFile : IDisposable
{
    private const string Name = "subjects.keys";
    private const int SlotBytes = 128;
    private const int IdBytes = 16;
    private const int NonceBytes = 12;
    private const int KeyBytes = 32;
    private const int TagBytes = 16;
    private const int StartBytes = 2 * IdBytes;
    private const int UsedBytes = StartBytes + NonceBytes + KeyBytes + TagBytes;

    // Read at once while slots are looked for.
    private const int BlockSlots = 512;
    private readonly string _folder;
    private readonly SafeFileHandle _handle;
    private readonly byte[] _ids;
    private readonly AesGcm _cipher;
    private readonly Lock _reading = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly ConcurrentDictionary<UInt128, long> _owners = new();
    private readonly ConcurrentDictionary<UInt128, long> _keys = new();
    private long _known;
    private int _disposed;

    private SubjectKeyFile(string folder, SafeFileHandle handle, byte[] root)
    {
        _folder = folder;
        _handle = handle;
        _ids = HKDF.DeriveKey(HashAlgorithmName.SHA256, root, KeyBytes, info: "ids"u8.ToArray());
        byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, root, KeyBytes, info: "slots"u8.ToArray());
        _cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
    }

    public static async ValueTask<SubjectKeyFile> OpenAsync(string folder, IModelKeyProvider keys, CancellationToken cancellationToken)
    {
        SafeFileHandle? handle = null;
        byte[]? root = null;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            using FileStream held = await FolderLock.TakeAsync(folder, cancellationToken).ConfigureAwait(false);
            root = await RootKeyFile.OpenAsync(folder, keys, cancellationToken).ConfigureAwait(false);
            string path = Path.Combine(folder, Name);
            FolderLock.Open(path, FileMode.OpenOrCreate).Dispose();
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            var file = new SubjectKeyFile(folder, handle, root);
            file.Scan();
            handle = null;
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyException($"Subject keys '{folder}': expected a folder that can be read and written, got: {exception.Message}", exception);
        }
        finally
        {
            handle?.Dispose();
            CryptographicOperations.ZeroMemory(root);
        }
    }

    /// <summary>The id of an owner: the start of a keyed hash of its kind and name; never zero.</summary>
    public UInt128 IdOf(byte kind, ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_ids, [kind, .. name], hash);
        UInt128 id = BinaryPrimitives.ReadUInt128LittleEndian(hash);
        return id == UInt128.Zero ? UInt128.One : id;
    }

    /// <summary>Reads the key of an owner. Always from the file: another process may have destroyed it.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryReadOwner(UInt128 owner, Span<byte> key, out UInt128 id) => TryRead(_owners, owner, key, out id);

    /// <summary>Reads a key by its id.</summary>
    /// <returns>False if it is not there.</returns>
    public bool TryReadKey(UInt128 id, Span<byte> key) => TryRead(_keys, id, key, out _);

    /// <summary>Makes the keys that are not there.</summary>
    public async ValueTask EnsureAsync(IReadOnlyCollection<UInt128> ids, CancellationToken cancellationToken)
    {
        if (ids.All(_owners.ContainsKey))
        {
            return;
        }

        await WriteAsync(
            () =>
            {
                UInt128[] missing = [.. ids.Where(i => !_owners.ContainsKey(i))];
                var slots = new byte[missing.Length * SlotBytes];
                for (int i = 0; i < missing.Length; i++)
                {
                    Fill(missing[i], slots.AsSpan(i * SlotBytes, UsedBytes));
                }

                // A slot that was not written whole, by a process that died, is overwritten.
                RandomAccess.Write(_handle, slots, _known);
                RandomAccess.FlushToDisk(_handle);
                Scan();
                return true;
            },
            "make",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Overwrites a key.</summary>
    public ValueTask<bool> DestroyAsync(UInt128 id, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            if (!_owners.TryRemove(id, out long at))
            {
                return false;
            }

            Span<byte> slot = stackalloc byte[UsedBytes];
            bool there = Read(at, slot) == UsedBytes && !IsDestroyed(slot);
            if (there)
            {
                _keys.TryRemove(BinaryPrimitives.ReadUInt128LittleEndian(slot[IdBytes..]), out _);
            }

            // The key first: what is left if the process dies now is no key any more.
            RandomAccess.Write(_handle, new byte[UsedBytes - IdBytes], at + IdBytes);
            RandomAccess.FlushToDisk(_handle);
            RandomAccess.Write(_handle, new byte[IdBytes], at);
            RandomAccess.FlushToDisk(_handle);
            return there;
        },
        "destroy",
        cancellationToken);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _handle.Dispose();
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_ids);
        }
    }

    private bool TryRead(ConcurrentDictionary<UInt128, long> places, UInt128 name, Span<byte> key, out UInt128 id)
    {
        id = default;
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        try
        {
            Span<byte> slot = stackalloc byte[UsedBytes];
            if (!TryFind(places, name, slot))
            {
                // Added by another process, perhaps in place of one that was destroyed.
                Scan();
                if (!TryFind(places, name, slot))
                {
                    return false;
                }
            }

            lock (_reading)
            {
                _cipher.Decrypt(slot.Slice(StartBytes, NonceBytes), slot.Slice(StartBytes + NonceBytes, KeyBytes), slot[^TagBytes..], key, slot[..StartBytes]);
            }

            id = BinaryPrimitives.ReadUInt128LittleEndian(slot[IdBytes..]);
            return true;
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new KeyException($"Subject keys '{_folder}': expected a key that was encrypted under this folder's root key, got one that was changed. Restore '{Name}' from a copy that was made after the last erasure.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyException($"Subject keys '{_folder}': expected to read a key, got: {exception.Message}", exception);
        }
    }

    private async ValueTask<bool> WriteAsync(Func<bool> write, string what, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using FileStream held = await FolderLock.TakeAsync(_folder, cancellationToken).ConfigureAwait(false);
            Scan();
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyException($"Subject keys '{_folder}': expected to {what} a key, got: {exception.Message}", exception);
        }
        finally
        {
            _writing.Release();
        }
    }

    // Finds the slots that were added since, by whomever.
    private void Scan()
    {
        lock (_reading)
        {
            var block = new byte[BlockSlots * SlotBytes];
            while (true)
            {
                int slots = Read(_known, block) / SlotBytes;
                for (int i = 0; i < slots; i++)
                {
                    Span<byte> slot = block.AsSpan(i * SlotBytes, UsedBytes);
                    if (!IsDestroyed(slot))
                    {
                        _owners[BinaryPrimitives.ReadUInt128LittleEndian(slot)] = _known + (i * SlotBytes);
                        _keys[BinaryPrimitives.ReadUInt128LittleEndian(slot[IdBytes..])] = _known + (i * SlotBytes);
                    }
                }

                _known += slots * SlotBytes;
                if (slots < BlockSlots)
                {
                    return;
                }
            }
        }
    }

    private bool TryFind(ConcurrentDictionary<UInt128, long> places, UInt128 name, Span<byte> slot)
    {
        if (!places.TryGetValue(name, out long at))
        {
            return false;
        }

        if (Read(at, slot) == UsedBytes && !IsDestroyed(slot))
        {
            return true;
        }

        // Only this place: a newer key may have been found meanwhile.
        places.TryRemove(KeyValuePair.Create(name, at));
        return false;
    }

    private int Read(long at, Span<byte> bytes)
    {
        int total = 0;
        while (total < bytes.Length && RandomAccess.Read(_handle, bytes[total..], at + total) is > 0 and var count)
        {
            total += count;
        }

        return total;
    }

    private void Fill(UInt128 id, Span<byte> slot)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(slot, id);
        RandomNumberGenerator.Fill(slot.Slice(IdBytes, IdBytes + NonceBytes));
        Span<byte> key = stackalloc byte[KeyBytes];
        RandomNumberGenerator.Fill(key);
        lock (_reading)
        {
            _cipher.Encrypt(slot.Slice(StartBytes, NonceBytes), key, slot.Slice(StartBytes + NonceBytes, KeyBytes), slot[^TagBytes..], slot[..StartBytes]);
        }

        CryptographicOperations.ZeroMemory(key);
    }

    private static bool IsDestroyed(ReadOnlySpan<byte> slot) => !slot[IdBytes..].ContainsAnyExcept((byte)0);
}
