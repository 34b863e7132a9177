using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Inference.Onnx.Files;

namespace Inference.Onnx.Encryption;

/// <summary>
/// The part of a container that replacing the key leaves unchanged. Little-endian: file id (16 bytes), nonce prefix (7), segment size (int32), number of parts (int32), and for each part the length of its name
/// (uint16), the name (UTF-8) and its length (int64). All of it is authenticated with the data key, and is associated data of every segment.
/// </summary>
internal sealed class ContainerHeader
{
    // Large enough that tags, nonces and reads cost little, small enough to stay in a second-level cache with its ciphertext.
    public const int DefaultSegmentBytes = 1 << 20;

    // What is read before anything is authenticated: room for some thousand file names.
    public const int MaxBytes = 1 << 20;
    public const int TagBytes = 16;
    private const int FileIdBytes = 16;
    private const int NoncePrefixBytes = 7;
    private const int FixedBytes = FileIdBytes + NoncePrefixBytes + 8;

    // A page of memory, below which tags take a noticeable share; and what each thread may hold for a file that is not authenticated yet.
    private const int LeastSegmentBytes = 1 << 12;
    private const int MostSegmentBytes = 1 << 24;

    private ContainerHeader(byte[] bytes, int segmentBytes, IReadOnlyList<ContainerPart> parts, long segments, long dataBytes)
    {
        Bytes = bytes;
        SegmentBytes = segmentBytes;
        Parts = parts;
        Segments = segments;
        DataBytes = dataBytes;
        Digest = SHA256.HashData([.. ContainerFormat.Magic, ContainerFormat.Version, .. bytes]);
    }

    /// <summary>The encoded header.</summary>
    public byte[] Bytes { get; }

    /// <summary>SHA-256 of the format, its version and <see cref="Bytes"/>.</summary>
    public byte[] Digest { get; }

    public ReadOnlySpan<byte> FileId => Bytes.AsSpan(0, FileIdBytes);

    public ReadOnlySpan<byte> NoncePrefix => Bytes.AsSpan(FileIdBytes, NoncePrefixBytes);

    public int SegmentBytes { get; }

    /// <summary>The parts; the first is the model.</summary>
    public IReadOnlyList<ContainerPart> Parts { get; }

    public long Segments { get; }

    /// <summary>The bytes of all segments with their tags.</summary>
    public long DataBytes { get; }

    public static ContainerHeader Create(IReadOnlyList<(string Name, long Length)> parts, int segmentBytes)
    {
        using var stream = new MemoryStream();
        Span<byte> number = stackalloc byte[8];
        stream.Write(RandomNumberGenerator.GetBytes(FileIdBytes + NoncePrefixBytes));
        BinaryPrimitives.WriteInt32LittleEndian(number, segmentBytes);
        BinaryPrimitives.WriteInt32LittleEndian(number[4..], parts.Count);
        stream.Write(number);
        foreach (var (name, length) in parts)
        {
            var text = Encoding.UTF8.GetBytes(name);
            if (text.Length > ushort.MaxValue)
            {
                throw new OnnxFormatException($"expected a file name of at most {ushort.MaxValue} bytes, got {text.Length}. Rename the file.", "external_data");
            }

            BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)text.Length);
            stream.Write(number[..2]);
            stream.Write(text);
            BinaryPrimitives.WriteInt64LittleEndian(number, length);
            stream.Write(number);
        }

        return stream.Length <= MaxBytes
            ? Read(stream.ToArray(), 0, null)
            : throw new OnnxFormatException($"expected names of external data files that take at most {MaxBytes} bytes in all, got {stream.Length}. Save the model with fewer files.", "external_data");
    }

    /// <summary>Decodes a header.</summary>
    /// <param name="bytes">The bytes; kept.</param>
    /// <param name="dataStart">Where the segments begin in the container.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="OnnxFormatException">It is not valid.</exception>
    public static ContainerHeader Read(byte[] bytes, long dataStart, string? file)
    {
        var rest = bytes.AsSpan();
        if (rest.Length < FixedBytes)
        {
            throw ContainerFormat.Broken("it ends early", file);
        }

        var segmentBytes = BinaryPrimitives.ReadInt32LittleEndian(rest[(FileIdBytes + NoncePrefixBytes)..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(rest[(FixedBytes - 4)..]);
        rest = rest[FixedBytes..];
        if (segmentBytes is < LeastSegmentBytes or > MostSegmentBytes)
        {
            throw ContainerFormat.Broken($"expected segments of {LeastSegmentBytes} to {MostSegmentBytes} bytes, got {segmentBytes}", file);
        }

        var parts = new List<ContainerPart>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var segments = 0L;
        var data = 0L;
        for (var i = 0; i < count; i++)
        {
            var nameBytes = rest.Length < 2 ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (rest.Length < 10 + (long)nameBytes)
            {
                throw ContainerFormat.Broken("the list of its parts ends early", file);
            }

            var name = ContainerFormat.Text(rest.Slice(2, nameBytes), "the name of a part", file);
            var length = BinaryPrimitives.ReadInt64LittleEndian(rest[(2 + nameBytes)..]);
            rest = rest[(10 + nameBytes)..];
            if (length < 0 || length > long.MaxValue / 4 - data || !ContainedPath.IsPlainRelative(name, out _) || !names.Add(name))
            {
                throw ContainerFormat.Broken($"part '{name}' of {length} bytes is not valid, or occurs twice", file);
            }

            parts.Add(new(name, length, segments, dataStart + data));
            var own = (length + segmentBytes - 1) / segmentBytes;
            segments += own;
            data += length + own * TagBytes;
        }

        // The counter in the nonce has 32 bits.
        if (!rest.IsEmpty || parts.Count == 0 || parts[0].Length == 0 || segments > uint.MaxValue)
        {
            throw ContainerFormat.Broken("expected a model and its external data, and nothing after them", file);
        }

        return new(bytes, segmentBytes, parts, segments, data);
    }
}
