using System.Buffers;
using System.Numerics;
using System.Text;

namespace Inference.AspNetCore.Grpc;

/// <summary>Writes fields of a protocol buffer message, and says how long they are. Fields with default values are left out.</summary>
internal static class WireWriter
{
    // 64 bits, seven a byte.
    private const int MaxVarint = 10;

    /// <summary>The bytes of a varint.</summary>
    public static int VarintSize(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) >> 6;

    /// <summary>The bytes of a field of bytes with its tag; fields up to 15.</summary>
    public static long BytesSize(long length) => 1 + VarintSize((ulong)length) + length;

    /// <summary>The bytes of a field of text; 0 if it is empty.</summary>
    public static long TextSize(string text) => text.Length == 0 ? 0 : BytesSize(Encoding.UTF8.GetByteCount(text));

    /// <summary>The bytes of the values of a packed field.</summary>
    public static int PackedSize(ReadOnlySpan<long> values)
    {
        int size = 0;
        foreach (long value in values)
        {
            size += VarintSize((ulong)value);
        }

        return size;
    }

    public static void Varint(IBufferWriter<byte> to, ulong value)
    {
        Span<byte> span = to.GetSpan(MaxVarint);
        int at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[at++] = (byte)(value | 0x80);
        }

        span[at++] = (byte)value;
        to.Advance(at);
    }

    /// <summary>The tag and length of a field of bytes, whose contents follow.</summary>
    public static void BytesHeader(IBufferWriter<byte> to, int field, long length)
    {
        Varint(to, ((ulong)field << 3) | (ulong)WireType.Bytes);
        Varint(to, (ulong)length);
    }

    public static void Text(IBufferWriter<byte> to, int field, string text)
    {
        if (text.Length > 0)
        {
            BytesHeader(to, field, Encoding.UTF8.GetByteCount(text));
            Encoding.UTF8.GetBytes(text, to);
        }
    }

    public static void Number(IBufferWriter<byte> to, int field, ulong value)
    {
        if (value != 0)
        {
            Varint(to, ((ulong)field << 3) | (ulong)WireType.Varint);
            Varint(to, value);
        }
    }

    public static void Packed(IBufferWriter<byte> to, int field, ReadOnlySpan<long> values)
    {
        if (values.Length > 0)
        {
            BytesHeader(to, field, PackedSize(values));
            foreach (long value in values)
            {
                Varint(to, (ulong)value);
            }
        }
    }
}
