using System.Buffers.Binary;
using System.Text;
using Inference.Onnx.Files;

namespace Inference.Onnx.Encryption;

/// <summary>Writes containers.</summary>
internal static class ContainerWriter
{
    private const int CopyBytes = 1 << 20;

    /// <summary>Writes what precedes the segments.</summary>
    public static void WriteStart(Stream output, EncryptedModelKey key, ContainerHeader header, ReadOnlySpan<byte> headerTag)
    {
        var id = Encoding.UTF8.GetBytes(key.KeyId);
        Span<byte> preamble = stackalloc byte[ContainerFormat.PreambleBytes];
        ContainerFormat.Magic.CopyTo(preamble);
        BinaryPrimitives.WriteInt32LittleEndian(preamble[8..], ContainerFormat.Version);
        BinaryPrimitives.WriteInt32LittleEndian(preamble[12..], 4 + id.Length + key.Wrapped.Length);
        BinaryPrimitives.WriteInt32LittleEndian(preamble[16..], header.Bytes.Length);
        output.Write(preamble);
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)id.Length);
        output.Write(length);
        output.Write(id);
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)key.Wrapped.Length);
        output.Write(length);
        output.Write(key.Wrapped.Span);
        output.Write(header.Bytes);
        output.Write(headerTag);
    }

    /// <summary>Encrypts the parts, in order.</summary>
    /// <param name="output">The destination.</param>
    /// <param name="header">The header, which states the parts' lengths.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="parts">The contents.</param>
    /// <param name="cancellationToken">Stops between segments.</param>
    public static void WriteSegments(Stream output, ContainerHeader header, ContainerKeys keys, IReadOnlyList<Stream> parts, CancellationToken cancellationToken)
    {
        using var cipher = keys.Cipher();
        var plain = new byte[header.SegmentBytes];
        var sealedBytes = new byte[header.SegmentBytes + ContainerHeader.TagBytes];
        for (var p = 0; p < parts.Count; p++)
        {
            var part = header.Parts[p];
            var segment = part.FirstSegment;
            for (var left = part.Length; left > 0; segment++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var length = (int)Math.Min(header.SegmentBytes, left);
                parts[p].ReadExactly(plain, 0, length);
                var bytes = sealedBytes.AsSpan(0, length + ContainerHeader.TagBytes);
                keys.Encrypt(cipher, segment, plain.AsSpan(0, length), bytes);
                output.Write(bytes);
                left -= length;
            }
        }
    }

    /// <summary>Writes a container again with its data key encrypted by another key; the rest is copied as it is.</summary>
    public static void Rewrite(Stream output, ContainerReader container, EncryptedModelKey key, CancellationToken cancellationToken)
    {
        WriteStart(output, key, container.Header, container.HeaderTag);
        var buffer = new byte[CopyBytes];
        var length = container.Length;
        for (var at = container.Header.Parts[0].Offset; at < length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var part = buffer.AsSpan(0, (int)Math.Min(CopyBytes, length - at));
            container.Read(at, part);
            output.Write(part);
            at += part.Length;
        }
    }
}
