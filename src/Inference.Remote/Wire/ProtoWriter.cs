using System.Buffers;
using System.Text;

namespace Inference.Remote.Wire;

/// <summary>Writes fields of a protocol buffer message.</summary>
internal static class ProtoWriter
{
    private const int LengthDelimited = 2;

    // 64 bits in groups of 7.
    private const int MostVarintBytes = 10;

    /// <summary>The number of bytes of a number.</summary>
    public static int Size(ulong value) => 1 + ((63 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7);

    /// <summary>Writes a number.</summary>
    public static void Varint(IBufferWriter<byte> to, ulong value)
    {
        Span<byte> span = to.GetSpan(MostVarintBytes);
        int length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        to.Advance(length);
    }

    /// <summary>Writes a field that is a number; 0 is left out.</summary>
    public static void Number(IBufferWriter<byte> to, int field, long value)
    {
        if (value != 0)
        {
            Varint(to, (ulong)field << 3);
            Varint(to, (ulong)value);
        }
    }

    /// <summary>Writes the tag and length of a field whose bytes follow.</summary>
    public static void Length(IBufferWriter<byte> to, int field, int length)
    {
        Varint(to, ((ulong)field << 3) | LengthDelimited);
        Varint(to, (ulong)length);
    }

    /// <summary>Writes a text; an empty one is left out.</summary>
    public static void Text(IBufferWriter<byte> to, int field, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            int length = Encoding.UTF8.GetByteCount(text);
            Length(to, field, length);
            Encoding.UTF8.GetBytes(text, to.GetSpan(length));
            to.Advance(length);
        }
    }

    /// <summary>Writes an inner message.</summary>
    public static void Message(IBufferWriter<byte> to, int field, ReadOnlySpan<byte> message)
    {
        Length(to, field, message.Length);
        to.Write(message);
    }
}
