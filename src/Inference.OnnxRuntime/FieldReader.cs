namespace Inference.OnnxRuntime;

/// <summary>Reads the length-delimited fields of one protobuf message and skips the others; stops at the first malformed byte.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Moves to the next length-delimited field.</summary>
    public bool Next(out int number, out ReadOnlySpan<byte> content)
    {
        while (Varint(out ulong tag))
        {
            number = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0 when Varint(out _):
                case 1 when Skip(8):
                case 5 when Skip(4):
                    continue;
                case 2 when Varint(out ulong length) && length <= (ulong)_rest.Length:
                    content = _rest[..(int)length];
                    _rest = _rest[(int)length..];
                    return true;
            }

            break;
        }

        number = 0;
        content = default;
        return false;
    }

    private bool Skip(int count)
    {
        bool enough = _rest.Length >= count;
        _rest = enough ? _rest[count..] : default;
        return enough;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < _rest.Length && i < 10; i++)
        {
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
