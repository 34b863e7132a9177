using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using Inference.Onnx.Files;
using Microsoft.Win32.SafeHandles;

namespace Inference.Onnx.Encryption;

/// <summary>Reads a container from a file, which stays open, or from memory. Thread-safe once it is unlocked.</summary>
internal sealed class ContainerReader : IFileSet
{
    private readonly SafeFileHandle? _file;
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly FileContent? _content;
    private readonly string? _path;
    private ContainerKeys? _keys;

    private ContainerReader(SafeFileHandle? file, ReadOnlyMemory<byte> memory, FileContent? content, string? path)
    {
        _file = file;
        _memory = memory;
        _content = content;
        _path = path;
        var preamble = new byte[ContainerFormat.PreambleBytes];
        Read(0, preamble);
        if (!ContainerFormat.IsContainer(preamble))
        {
            throw new OnnxFormatException("expected an encrypted model, got another file.", "", fileName: path);
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(preamble.AsSpan(8));
        var keyBytes = BinaryPrimitives.ReadInt32LittleEndian(preamble.AsSpan(12));
        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(preamble.AsSpan(16));
        if (version != ContainerFormat.Version)
        {
            throw new OnnxFormatException($"expected version {ContainerFormat.Version} of the format of encrypted models, got {version}. Update the library, or encrypt the model again.", "", fileName: path);
        }

        if (keyBytes is < 4 or > ContainerFormat.MostKeyBytes || headerBytes is < 0 or > ContainerHeader.MaxBytes)
        {
            throw ContainerFormat.Broken($"expected at most {ContainerFormat.MostKeyBytes} bytes of key and {ContainerHeader.MaxBytes} of header, got {keyBytes} and {headerBytes}", path);
        }

        HeaderStart = ContainerFormat.PreambleBytes + keyBytes;
        var key = new byte[keyBytes];
        Read(ContainerFormat.PreambleBytes, key);
        var header = new byte[headerBytes];
        Read(HeaderStart, header);
        HeaderTag = new byte[ContainerFormat.HeaderTagBytes];
        Read(HeaderStart + headerBytes, HeaderTag);
        Header = ContainerHeader.Read(header, HeaderStart + headerBytes + ContainerFormat.HeaderTagBytes, path);
        var expected = Header.Parts[0].Offset + Header.DataBytes;
        if (Length != expected)
        {
            throw ContainerFormat.Broken($"expected {expected} bytes, got {Length}", path);
        }

        Key = DecodeKey(key);
    }

    public ContainerHeader Header { get; }

    public byte[] HeaderTag { get; }

    public EncryptedModelKey Key { get; }

    public string? Path => _path;

    /// <summary>Where what follows the key block begins.</summary>
    public long HeaderStart { get; }

    public long Length => _content?.Length ?? (_file is null ? _memory.Length : RandomAccess.GetLength(_file));

    public static ContainerReader Open(string path)
    {
        // A pipe would be waited for.
        if (FileContent.IsEmpty(path))
        {
            throw ContainerFormat.Broken("the file has no content", path);
        }

        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            return new(file, default, null, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static ContainerReader Open(ReadOnlyMemory<byte> bytes) => new(null, bytes, null, null);

    /// <summary>Reads from content in memory, which it owns.</summary>
    public static ContainerReader Open(FileContent content, string path)
    {
        try
        {
            return new(null, default, content, path);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>Sets the data key, which is zeroed afterwards.</summary>
    /// <param name="unwrapKey">Decrypts it; null if the reader has no key.</param>
    /// <exception cref="OnnxFormatException">There is no key, it is not the key of this file, or the header was changed.</exception>
    public void Unlock(Func<EncryptedModelKey, byte[]>? unwrapKey)
    {
        if (unwrapKey is null)
        {
            throw new OnnxFormatException($"the model is encrypted with the key '{Key.KeyId}': expected a way to decrypt its data key, got none. Give the loader a key provider (OnnxReadOptions.UnwrapKey).", "", fileName: _path);
        }

        var dataKey = unwrapKey(Key);
        try
        {
            Unlock(dataKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Sets the data key.</summary>
    /// <exception cref="OnnxFormatException">It is not the key of this file, or the header was changed.</exception>
    public void Unlock(ReadOnlySpan<byte> dataKey)
    {
        var keys = dataKey.Length == ContainerKeys.DataKeyBytes
            ? new ContainerKeys(Header, dataKey)
            : throw new OnnxFormatException($"expected a data key of {ContainerKeys.DataKeyBytes} bytes, got {dataKey.Length}. Check the key provider.", "", fileName: _path);
        if (!keys.IsHeaderTag(HeaderTag))
        {
            keys.Dispose();
            throw ContainerFormat.Broken("its header is not what was encrypted with this data key", _path);
        }

        _keys = keys;
    }

    /// <summary>Decrypts a part into memory that is zeroed on dispose.</summary>
    /// <exception cref="OnnxFormatException">The part exceeds the limit, or was changed; nothing of it is kept.</exception>
    public FileContent Open(ContainerPart part, long maxBytes, string limitName)
    {
        RequireLength(part, maxBytes, limitName);
        return FileContent.Fill(part.Length, content => Decrypt(part, content));
    }

    /// <summary>Checks all parts against the limits that hold when they are opened.</summary>
    /// <exception cref="OnnxFormatException">A part exceeds its limit.</exception>
    public void RequireLengths(OnnxReadOptions options)
    {
        for (var i = 0; i < Header.Parts.Count; i++)
        {
            RequireLength(Header.Parts[i], i == 0 ? options.MaxFileBytes : options.MaxExternalFileBytes, i == 0 ? nameof(OnnxReadOptions.MaxFileBytes) : nameof(OnnxReadOptions.MaxExternalFileBytes));
        }
    }

    private void RequireLength(ContainerPart part, long maxBytes, string limitName)
    {
        if (part.Length > maxBytes)
        {
            throw new OnnxFormatException($"expected at most {maxBytes} bytes ({limitName}) in '{part.Name}', got {part.Length}. Raise the limit if you trust the file.", "", fileName: _path);
        }
    }

    /// <inheritdoc/>
    public FileContent? Open(string name, long maxBytes, string limitName)
    {
        for (var i = 1; i < Header.Parts.Count; i++)
        {
            if (Header.Parts[i].Name == name)
            {
                return Open(Header.Parts[i], maxBytes, limitName);
            }
        }

        return null;
    }

    /// <summary>Decrypts a part into a stream, segment by segment.</summary>
    public void CopyTo(ContainerPart part, Stream output)
    {
        using var cipher = Keys.Cipher();
        var sealedBytes = new byte[Header.SegmentBytes + ContainerHeader.TagBytes];
        var plain = GC.AllocateUninitializedArray<byte>(Header.SegmentBytes, pinned: true);
        try
        {
            for (var i = 0L; i * Header.SegmentBytes < part.Length; i++)
            {
                var length = LengthOf(part, i);
                DecryptSegment(cipher, part, i, sealedBytes, plain.AsSpan(0, length));
                output.Write(plain, 0, length);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Reads bytes as they are.</summary>
    public void Read(long offset, Span<byte> into)
    {
        if (_file is null)
        {
            if (offset > Length - into.Length)
            {
                throw ContainerFormat.Broken("it ends early", _path);
            }

            if (_content is not null)
            {
                _content.Slice(offset, into.Length).Span.CopyTo(into);
                return;
            }

            _memory.Span.Slice((int)offset, into.Length).CopyTo(into);
            return;
        }

        while (!into.IsEmpty)
        {
            var read = RandomAccess.Read(_file, into, offset);
            if (read == 0)
            {
                throw ContainerFormat.Broken("it ends early", _path);
            }

            into = into[read..];
            offset += read;
        }
    }

    public void Dispose()
    {
        _keys?.Dispose();
        _file?.Dispose();
        _content?.Dispose();
    }

    private ContainerKeys Keys => _keys ?? throw new InvalidOperationException("The container has no key yet.");

    private void Decrypt(ContainerPart part, FileContent content)
    {
        var segments = (part.Length + Header.SegmentBytes - 1) / Header.SegmentBytes;
        if (segments <= 1)
        {
            using var cipher = Keys.Cipher();
            DecryptSegments(0, segments, cipher, new byte[Header.SegmentBytes + ContainerHeader.TagBytes]);
            return;
        }

        try
        {
            // Workers read and decrypt different segments: the disk and the ciphers are busy at once.
            Parallel.For(
                0L,
                segments,
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
                () => (Cipher: Keys.Cipher(), Sealed: GC.AllocateUninitializedArray<byte>(Header.SegmentBytes + ContainerHeader.TagBytes)),
                (i, _, local) =>
                {
                    DecryptSegments(i, i + 1, local.Cipher, local.Sealed);
                    return local;
                },
                local => local.Cipher.Dispose());
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        void DecryptSegments(long from, long to, AesGcm cipher, byte[] sealedBytes)
        {
            for (var i = from; i < to; i++)
            {
                DecryptSegment(cipher, part, i, sealedBytes, content.Writable(i * Header.SegmentBytes, LengthOf(part, i)));
            }
        }
    }

    private int LengthOf(ContainerPart part, long index) => (int)Math.Min(Header.SegmentBytes, part.Length - index * Header.SegmentBytes);

    private void DecryptSegment(AesGcm cipher, ContainerPart part, long index, byte[] sealedBytes, Span<byte> plain)
    {
        var bytes = sealedBytes.AsSpan(0, plain.Length + ContainerHeader.TagBytes);
        Read(part.Offset + index * (Header.SegmentBytes + ContainerHeader.TagBytes), bytes);
        try
        {
            Keys.Decrypt(cipher, part.FirstSegment + index, bytes, plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw ContainerFormat.Broken($"segment {part.FirstSegment + index} of {Header.Segments} is not what was written there", _path);
        }
    }

    private EncryptedModelKey DecodeKey(ReadOnlySpan<byte> block)
    {
        var idBytes = BinaryPrimitives.ReadUInt16LittleEndian(block);
        if (block.Length < 4 + idBytes)
        {
            throw ContainerFormat.Broken("its key block ends early", _path);
        }

        var id = block.Slice(2, idBytes);
        var wrapped = block[(4 + idBytes)..];
        if (BinaryPrimitives.ReadUInt16LittleEndian(block[(2 + idBytes)..]) != wrapped.Length || wrapped.Length is 0 or > EncryptedModelKey.MaxWrappedBytes || idBytes is 0 or > EncryptedModelKey.MaxIdBytes)
        {
            throw ContainerFormat.Broken("its key block is not valid", _path);
        }

        return new(ContainerFormat.Text(id, "its key id", _path), wrapped.ToArray(), Header.Digest);
    }
}
