using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Security;

/// <summary>The wrapped root key of a folder of <see cref="SubjectKeys"/>: magic (8 bytes), the folder's random id (16), lengths of key id and wrapped key (uint16 each, little-endian), key id, wrapped key.</summary>
internal static class RootKeyFile
{
    private const string Name = "root.key";
    private const int IdBytes = 16;
    private const int StartBytes = 8 + IdBytes + 4;
    private const int KeyBytes = 32;

    // Key id and wrapped key have at most 65,535 bytes each, by their lengths.
    private const int MostBytes = StartBytes + (2 * ushort.MaxValue);

    private static ReadOnlySpan<byte> Magic => "INFROOT1"u8;

    /// <summary>Reads the root key, or makes one. Called under the folder's lock.</summary>
    public static async ValueTask<byte[]> OpenAsync(string folder, IModelKeyProvider keys, CancellationToken cancellationToken)
    {
        string path = Path.Combine(folder, Name);
        if (File.Exists(path))
        {
            (byte[] id, WrappedKey wrapped) = Read(path);
            return await UnwrapAsync(path, id, wrapped, keys, cancellationToken).ConfigureAwait(false);
        }

        byte[] root = RandomNumberGenerator.GetBytes(KeyBytes);
        byte[] fresh = RandomNumberGenerator.GetBytes(IdBytes);
        Write(path, fresh, await keys.WrapAsync(root, Context(fresh), cancellationToken).ConfigureAwait(false));
        return root;
    }

    /// <summary>Wraps the root key again.</summary>
    public static async ValueTask RewrapAsync(string folder, IModelKeyProvider keys, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream held = await FolderLock.TakeAsync(folder, cancellationToken).ConfigureAwait(false);
            string path = Path.Combine(folder, Name);
            (byte[] id, WrappedKey wrapped) = Read(path);
            byte[] root = await UnwrapAsync(path, id, wrapped, keys, cancellationToken).ConfigureAwait(false);
            try
            {
                Write(path, id, await keys.WrapAsync(root, Context(id), cancellationToken).ConfigureAwait(false));
            }
            finally
            {
                CryptographicOperations.ZeroMemory(root);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyException($"Subject keys '{folder}': expected to wrap the root key again, got: {exception.Message}", exception);
        }
    }

    private static async ValueTask<byte[]> UnwrapAsync(string path, byte[] id, WrappedKey wrapped, IModelKeyProvider keys, CancellationToken cancellationToken)
    {
        byte[] root = await keys.UnwrapAsync(wrapped, Context(id), cancellationToken).ConfigureAwait(false);
        return root.Length == KeyBytes ? root : throw new KeyException($"'{path}': expected a root key of {KeyBytes} bytes, got {root.Length}. Check the key provider.");
    }

    private static byte[] Context(byte[] id) => SHA256.HashData([.. "inference subject keys v1\0"u8, .. id]);

    private static (byte[] Id, WrappedKey Wrapped) Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (file.Length is < StartBytes or > MostBytes)
        {
            throw Damaged(path);
        }

        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int idLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8 + IdBytes));
        int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(10 + IdBytes));
        if (!bytes.AsSpan().StartsWith(Magic) || idLength == 0 || keyLength == 0 || bytes.Length != StartBytes + idLength + keyLength)
        {
            throw Damaged(path);
        }

        return (bytes[8..(8 + IdBytes)], new WrappedKey(Encoding.UTF8.GetString(bytes, StartBytes, idLength), bytes.AsMemory(StartBytes + idLength)));
    }

    private static void Write(string path, byte[] id, WrappedKey wrapped)
    {
        byte[] keyId = Encoding.UTF8.GetBytes(wrapped.KeyId);
        var bytes = new byte[StartBytes + keyId.Length + wrapped.Bytes.Length];
        Magic.CopyTo(bytes);
        id.CopyTo(bytes, 8);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8 + IdBytes), checked((ushort)keyId.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10 + IdBytes), checked((ushort)wrapped.Bytes.Length));
        keyId.CopyTo(bytes, StartBytes);
        wrapped.Bytes.CopyTo(bytes.AsMemory(StartBytes + keyId.Length));

        // Under the folder's lock: nobody else has this name.
        string next = path + ".next";
        using (FileStream file = FolderLock.Open(next, FileMode.Create))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(next, path, overwrite: true);
    }

    private static KeyException Damaged(string path) => new($"'{path}': expected the root key of a folder of subject keys, got something else. Restore the file; without it the data of all subjects is lost.");
}
