using System.Buffers.Binary;
using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

internal ref partial struct ProtoReader
{
    /// <summary>A repeated integer, packed or not; consecutive unpacked ones are read together.</summary>
    public void Int64s(ref RepeatedBuilder<long> into, string name)
    {
        if (Wire == WireType.Length)
        {
            var outer = EnterPacked(name);
            foreach (ref var item in into.Append(CountVarints(name)))
            {
                item = (long)Varint(name);
            }

            _end = outer;
            return;
        }

        foreach (ref var item in into.Append(CountUnpacked()))
        {
            item = Int64(name);
            SameTagFollows();
        }
    }

    /// <summary>A repeated 32-bit integer, packed or not.</summary>
    public void Int32s(ref RepeatedBuilder<int> into, string name)
    {
        if (Wire == WireType.Length)
        {
            var outer = EnterPacked(name);
            foreach (ref var item in into.Append(CountVarints(name)))
            {
                item = (int)Varint(name);
            }

            _end = outer;
            return;
        }

        foreach (ref var item in into.Append(CountUnpacked()))
        {
            item = Int32(name);
            SameTagFollows();
        }
    }

    /// <summary>A repeated float, packed or not.</summary>
    public void Floats(ref RepeatedBuilder<float> into, string name)
    {
        if (Wire == WireType.Length)
        {
            var bytes = PackedBytes(4, name).Span;
            foreach (ref var item in into.Append(bytes.Length / 4))
            {
                item = BinaryPrimitives.ReadSingleLittleEndian(bytes);
                bytes = bytes[4..];
            }

            return;
        }

        foreach (ref var item in into.Append(CountUnpacked()))
        {
            item = Float(name);
            SameTagFollows();
        }
    }

    /// <summary>A repeated fixed-width number as little-endian bytes: a slice if it comes packed in one piece, else the pieces joined.</summary>
    public void FixedBytes(ref JoinedBytes into, int width, string name)
    {
        if (Wire == WireType.Length)
        {
            into.Add(PackedBytes(width, name));
            return;
        }

        Expect(width == 4 ? WireType.Fixed32 : WireType.Fixed64, name);
        do
        {
            var start = _position;
            Advance(width);
            into.AddCopy(_data[start.._position]);
        }
        while (SameTagFollows());
    }

    private ReadOnlyMemory<byte> PackedBytes(int width, string name)
    {
        var start = _position;
        var bytes = Bytes(name);
        if (bytes.Length % width != 0)
        {
            Fail(start, $"expected a multiple of {width} bytes, got {bytes.Length}. The file is damaged.", name);
        }

        return bytes;
    }

    private int EnterPacked(string name)
    {
        var length = Length(name);
        var outer = _end;
        _end = _position + length;
        return outer;
    }

    private readonly int CountVarints(string name)
    {
        var bytes = _data[_position.._end];
        if (!bytes.IsEmpty && bytes[^1] >= 0x80)
        {
            Fail(_end, "expected the rest of a number, got the end of the field. The file is damaged.", name);
        }

        var count = 0;
        foreach (var b in bytes)
        {
            count += (b >> 7) ^ 1;
        }

        return count;
    }

    // How many values follow, each with the current tag before it: at least the one whose tag was read.
    private readonly int CountUnpacked()
    {
        var count = 1;
        for (var at = EndOfNumber(_position); at < _end && _data[at] == _tag; at = EndOfNumber(at + 1))
        {
            count++;
        }

        return count;
    }

    // Where a number without a length ends; at the end of the field if it is cut off, which reading it finds.
    private readonly int EndOfNumber(int start)
    {
        if (Wire != WireType.Varint)
        {
            return start + Math.Min(Wire == WireType.Fixed32 ? 4 : 8, _end - start);
        }

        while (start < _end && _data[start] >= 0x80)
        {
            start++;
        }

        return Math.Min(start, _end - 1) + 1;
    }

    /// <summary>Steps over the next tag if it is the current one again, in its one-byte form.</summary>
    private bool SameTagFollows()
    {
        if (_position < _end && _data[_position] == _tag)
        {
            _tagStart = _position++;
            return true;
        }

        return false;
    }
}
