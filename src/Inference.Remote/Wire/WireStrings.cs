using System.Buffers.Binary;
using System.Text;

namespace Inference.Remote.Wire;

/// <summary>Strings in the protocol's binary form: for each, its number of bytes in UTF-8 as a little-endian 32-bit integer, and the bytes.</summary>
internal static class WireStrings
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The number of bytes of the strings' binary form.</summary>
    /// <exception cref="InvalidInputException">They are too many.</exception>
    public static int ByteCount(string tensor, ReadOnlySpan<string> strings)
    {
        long count = 0;
        for (int i = 0; i < strings.Length; i++)
        {
            count += sizeof(uint) + Encoding.UTF8.GetByteCount(strings[i]);
        }

        return count <= int.MaxValue ? (int)count
            : throw new InvalidInputException($"Input '{tensor}': expected at most {int.MaxValue} bytes of text, got {count}. Send fewer rows.") { Input = tensor };
    }

    /// <summary>Writes the strings.</summary>
    public static void Write(ReadOnlySpan<string> strings, Span<byte> to)
    {
        for (int i = 0; i < strings.Length; i++)
        {
            int length = Encoding.UTF8.GetBytes(strings[i], to[sizeof(uint)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)length);
            to = to[(sizeof(uint) + length)..];
        }
    }

    /// <summary>Reads as many strings as the span has places.</summary>
    /// <exception cref="ModelRunException">There are fewer or more, or they are not UTF-8.</exception>
    public static void Read(string tensor, ReadOnlySpan<byte> from, Span<string> strings)
    {
        for (int i = 0; i < strings.Length; i++)
        {
            if (from.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(from) is var length && length > from.Length - sizeof(uint))
            {
                throw new ModelRunException($"Output '{tensor}': expected {strings.Length} strings with their lengths, but the server's data end in string {i}.");
            }

            strings[i] = Text(tensor, from.Slice(sizeof(uint), (int)length));
            from = from[(sizeof(uint) + (int)length)..];
        }

        if (!from.IsEmpty)
        {
            throw new ModelRunException($"Output '{tensor}': expected {strings.Length} strings, but the server sent {from.Length} bytes more.");
        }
    }

    /// <summary>A text of an answer.</summary>
    /// <exception cref="ModelRunException">The bytes are not UTF-8.</exception>
    public static string Text(string tensor, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelRunException($"Output '{tensor}': expected texts in UTF-8, got other bytes from the server.", exception);
        }
    }
}
