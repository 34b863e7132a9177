using System.Buffers;
using System.Buffers.Binary;

namespace Inference.Remote.Wire;

/// <summary>Reads fields of a protocol buffer message, which is not trusted.</summary>
internal ref struct ProtoReader(ReadOnlySequence<byte> message)
{
    private SequenceReader<byte> _reader = new(message);
    private int _wireType;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Whether the field is length-delimited: a text, bytes, a message or packed numbers.</summary>
    public readonly bool IsDelimited => _wireType == 2;

    /// <summary>Reads the tag of the next field; false at the end.</summary>
    public bool Next()
    {
        if (_reader.End)
        {
            return false;
        }

        ulong tag = Varint();
        Field = (int)(tag >> 3);
        _wireType = (int)(tag & 7);
        return Field > 0 ? true : throw Invalid();
    }

    /// <summary>Reads a number.</summary>
    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (!_reader.TryRead(out byte next))
            {
                throw Invalid();
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Invalid();
    }

    /// <summary>Reads the bytes of a length-delimited field.</summary>
    public ReadOnlySequence<byte> Bytes()
    {
        if (!IsDelimited || Varint() is var length && length > (ulong)_reader.Remaining)
        {
            throw Invalid();
        }

        ReadOnlySequence<byte> bytes = _reader.UnreadSequence.Slice(0, (long)length);
        _reader.Advance((long)length);
        return bytes;
    }

    /// <summary>Reads a text.</summary>
    public string Text()
    {
        ReadOnlySequence<byte> bytes = Bytes();
        return bytes.IsSingleSegment ? WireStrings.Text("", bytes.FirstSpan) : WireStrings.Text("", bytes.ToArray());
    }

    /// <summary>Reads a number that is not packed.</summary>
    public ulong Number() => _wireType == 0 ? Varint() : throw Invalid();

    /// <summary>Reads a number of 4 bytes.</summary>
    public uint Fixed32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        if (!_reader.TryCopyTo(bytes))
        {
            throw Invalid();
        }

        _reader.Advance(bytes.Length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Reads a number of 8 bytes.</summary>
    public ulong Fixed64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        if (!_reader.TryCopyTo(bytes))
        {
            throw Invalid();
        }

        _reader.Advance(bytes.Length);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Whether all is read.</summary>
    public readonly bool AtEnd => _reader.End;

    /// <summary>Passes over the field.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case 0: Varint(); break;
            case 1: Fixed64(); break;
            case 2: Bytes(); break;
            case 5: Fixed32(); break;
            default: throw Invalid();
        }
    }

    private static ModelRunException Invalid() => new("The server's answer is not valid: expected a message of the Open Inference Protocol, got other bytes.");
}
