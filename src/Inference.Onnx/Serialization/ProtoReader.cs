using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

/// <summary>
/// Reads protobuf fields one after the other inside nested messages. Every length is checked against the enclosing message before use. Scalars take the name of their field for
/// the error they may raise.
/// </summary>
internal ref partial struct ProtoReader
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadContext _context;
    private int _position;
    private int _end;
    private int _tagStart;
    private uint _tag;
    private List<ReadOnlyMemory<byte>>? _lastUnknown;
    private int _lastUnknownStart;
    private int _lastUnknownEnd;

    public ProtoReader(ReadContext context)
    {
        _context = context;
        _data = context.Bytes.Span;
        _end = _data.Length;
    }

    public readonly int Field => (int)(_tag >> 3);

    public readonly WireType Wire => (WireType)(_tag & 7);

    public readonly int Position => _position;

    public readonly ReadContext Context => _context;

    /// <summary>Advances to the next field of the message; false at its end.</summary>
    public bool Next()
    {
        if (_position == _end)
        {
            return false;
        }

        _tagStart = _position;
        var tag = Varint("");
        if (tag > uint.MaxValue || tag >> 3 == 0 || (tag & 7) > 5)
        {
            Fail(_tagStart, $"expected the tag of a field, got {tag}. The file is damaged or not an ONNX file.");
        }

        _tag = (uint)tag;
        return true;
    }

    /// <summary>Enters a nested message; pass the result to <see cref="Leave"/> after its last field.</summary>
    public int Enter(string name, int index = -1)
    {
        var length = Length(name);
        _context.Push(name, index, _tagStart);
        var outer = _end;
        _end = _position + length;
        return outer;
    }

    public void Leave(int outer)
    {
        _end = outer;
        _context.Pop();
    }

    public long Int64(string name)
    {
        Expect(WireType.Varint, name);
        return (long)Varint(name);
    }

    public int Int32(string name) => (int)Int64(name);

    public float Float(string name)
    {
        Expect(WireType.Fixed32, name);
        return BitConverter.UInt32BitsToSingle(Fixed32(name));
    }

    public string String(string name)
    {
        var length = Length(name);
        var bytes = _data.Slice(_position, length);
        var text = _context.Strings.Get(bytes);
        if (text is null)
        {
            Fail(_position, "expected UTF-8 text, got bytes that are not UTF-8. The file is damaged.", name);
        }

        _position += length;
        return text;
    }

    /// <summary>A slice of the bytes that are read, not a copy.</summary>
    public ReadOnlyMemory<byte> Bytes(string name)
    {
        var length = Length(name);
        var bytes = _context.Bytes.Slice(_position, length);
        _position += length;
        return bytes;
    }

    /// <summary>Steps over a field this library does not know and keeps it; neighbours become one slice.</summary>
    public List<ReadOnlyMemory<byte>> Skip(List<ReadOnlyMemory<byte>>? unknown)
    {
        var start = _tagStart;
        SkipValue();
        if (unknown is not null && unknown == _lastUnknown && _lastUnknownEnd == start)
        {
            start = _lastUnknownStart;
            unknown[^1] = _context.Bytes[start.._position];
        }
        else
        {
            unknown ??= [];
            unknown.Add(_context.Bytes[start.._position]);
        }

        (_lastUnknown, _lastUnknownStart, _lastUnknownEnd) = (unknown, start, _position);
        return unknown;
    }

    [DoesNotReturn]
    private readonly void Fail(long offset, string problem, string field = "") => _context.Fail(offset, problem, field);

    private readonly void Expect(WireType wire, string name)
    {
        if (Wire != wire)
        {
            FailWire(wire, name);
        }
    }

    [DoesNotReturn]
    private readonly void FailWire(WireType wire, string name) =>
        Fail(_tagStart, $"expected field {Field} encoded as {wire}, got {Wire}. The file is damaged or not an ONNX file.", name);

    private int Length(string name)
    {
        Expect(WireType.Length, name);
        var start = _position;
        var length = Varint(name);
        if (length > (ulong)(_end - _position))
        {
            Fail(start, $"expected at most {_end - _position} more bytes, got a length of {length}. The file is truncated or damaged.", name);
        }

        return (int)length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Varint(string name)
    {
        if (_position < _end && _data[_position] < 0x80)
        {
            return _data[_position++];
        }

        return LongVarint(name);
    }

    private ulong LongVarint(string name)
    {
        var start = _position;
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_position >= _end)
            {
                Fail(start, "expected the rest of a number, got the end of the message. The file is truncated or damaged.", name);
            }

            var part = _data[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                if (shift == 63 && part > 1)
                {
                    break;
                }

                return value;
            }
        }

        Fail(start, "expected a number of at most 64 bits, got a longer one. The file is damaged.", name);
        return 0;
    }

    private uint Fixed32(string name)
    {
        if (_end - _position < 4)
        {
            Fail(_position, $"expected 4 bytes, got {_end - _position}. The file is truncated or damaged.", name);
        }

        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(_data[_position..]);
        _position += 4;
        return value;
    }

    private void Advance(int count)
    {
        if (_end - _position < count)
        {
            Fail(_position, $"expected {count} bytes, got {_end - _position}. The file is truncated or damaged.");
        }

        _position += count;
    }

    private void SkipValue()
    {
        // Groups may nest; they are counted instead of recursed into, so that depth costs no stack.
        var start = _tagStart;
        var open = 0;
        while (true)
        {
            switch (Wire)
            {
                case WireType.Varint:
                    Varint("");
                    break;
                case WireType.Fixed64:
                    Advance(8);
                    break;
                case WireType.Length:
                    Advance(Length(""));
                    break;
                case WireType.Fixed32:
                    Advance(4);
                    break;
                case WireType.StartGroup:
                    open++;
                    break;
                case WireType.EndGroup when open > 0:
                    open--;
                    break;
                default:
                    Fail(start, "expected a field, got the end of a group without its start. The file is damaged.");
                    break;
            }

            if (open == 0)
            {
                return;
            }

            if (!Next())
            {
                Fail(start, "expected the end of a group, got the end of the message. The file is truncated or damaged.");
            }
        }
    }
}
