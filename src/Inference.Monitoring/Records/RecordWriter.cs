using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Inference.Monitoring.Records;

/// <summary>Writes one sealed record: magic, version, fields, and XxHash64 of all that. Integers are varints (LEB128), signed ones zigzag.</summary>
internal sealed class RecordWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public RecordWriter(ReadOnlySpan<byte> magic, int version)
    {
        _buffer.Write(magic);
        Number(version);
    }

    public void Number(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Unsigned((ulong)value);
    }

    public void Unsigned(UInt128 value)
    {
        // 19 groups of 7 bits hold 128.
        Span<byte> bytes = _buffer.GetSpan(19);
        int count = 0;
        while (value >= 0x80)
        {
            bytes[count++] = (byte)((byte)value | 0x80);
            value >>= 7;
        }

        bytes[count++] = (byte)value;
        _buffer.Advance(count);
    }

    public void Signed(Int128 value) => Unsigned((UInt128)((value << 1) ^ (value >> 127)));

    public void Flag(bool value) => Number(value ? 1 : 0);

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Fixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_buffer.GetSpan(8), value);
        _buffer.Advance(8);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        _buffer.Write(value);
    }

    /// <summary>The record with its seal.</summary>
    public byte[] ToArray()
    {
        ulong seal = XxHash64.HashToUInt64(_buffer.WrittenSpan);
        Fixed64(seal);
        return _buffer.WrittenSpan.ToArray();
    }
}
