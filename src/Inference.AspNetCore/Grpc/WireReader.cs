using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Grpc;

/// <summary>Reads the fields of one protocol buffer message in place; nested messages and bytes are slices of it.</summary>
internal ref struct WireReader(in ReadOnlySequence<byte> message)
{
    private SequenceReader<byte> _reader = new(message);

    public readonly bool IsAtEnd => _reader.End;

    public readonly long Remaining => _reader.Remaining;

    /// <summary>Reads the next field's number and encoding; false at the end.</summary>
    /// <exception cref="RequestFault">The message is malformed.</exception>
    public bool TryReadField(out int number, out WireType type)
    {
        if (_reader.End)
        {
            number = 0;
            type = default;
            return false;
        }

        ulong tag = Varint();
        number = (int)(tag >> 3);
        type = (WireType)(tag & 7);
        if (tag > uint.MaxValue || number == 0 || type is not (WireType.Varint or WireType.Fixed64 or WireType.Bytes or WireType.Fixed32))
        {
            ThrowMalformed();
        }

        return true;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (!_reader.TryRead(out byte next))
            {
                break;
            }

            // The tenth byte has room for one bit.
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        ThrowMalformed();
        return 0;
    }

    public uint Fixed32()
    {
        if (!_reader.TryReadLittleEndian(out int value))
        {
            ThrowMalformed();
        }

        return (uint)value;
    }

    public ulong Fixed64()
    {
        if (!_reader.TryReadLittleEndian(out long value))
        {
            ThrowMalformed();
        }

        return (ulong)value;
    }

    public ReadOnlySequence<byte> Bytes()
    {
        ulong length = Varint();
        if (length > int.MaxValue || !_reader.TryReadExact((int)length, out ReadOnlySequence<byte> bytes))
        {
            ThrowMalformed();
            return default;
        }

        return bytes;
    }

    /// <summary>Reads a text of at most so many bytes.</summary>
    public string Text(string what, int maxBytes)
    {
        ReadOnlySequence<byte> bytes = Bytes();
        if (bytes.Length > maxBytes)
        {
            RequestFault.Throw($"{what}: expected at most {maxBytes} bytes, got {bytes.Length}.");
        }

        return bytes.IsEmpty ? "" : RawTensors.Text(what, bytes);
    }

    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Fixed32:
                Fixed32();
                break;
            case WireType.Fixed64:
                Fixed64();
                break;
            default:
                Bytes();
                break;
        }
    }

    /// <exception cref="RequestFault">The field is encoded otherwise.</exception>
    public static void Expect(WireType expected, WireType actual)
    {
        if (expected != actual)
        {
            ThrowMalformed();
        }
    }

    [DoesNotReturn]
    public static void ThrowMalformed() => RequestFault.Throw("The message is not a protocol buffer of the type that the method takes: it is cut off, or a field has another type.");
}
