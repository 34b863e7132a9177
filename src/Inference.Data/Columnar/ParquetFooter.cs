using System.Buffers.Binary;
using Inference.Data.Contract;

namespace Inference.Data.Columnar;

/// <summary>Holds the sizes that a Parquet file's footer states against the footer's length, before a library trusts them: a list of two thousand million items in a damaged file
/// would else be made. Source: Thrift's compact protocol; FileMetaData of the Parquet format.</summary>
internal ref struct ParquetFooter
{
    // A footer holds some 100 bytes for each column of each row group: room for two million. Structures of the format nest less than ten deep.
    private const int MostBytes = 256 << 20;
    private const int MostDepth = 32;

    // Numbers of fields in the format's Thrift definition.
    private const int Schema = 2;
    private const int Children = 5;
    private readonly string _name;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly List<long> _children;
    private int _at;

    private ParquetFooter(string name, ReadOnlySpan<byte> bytes)
    {
        _name = name;
        _bytes = bytes;
        _children = [];
    }

    /// <summary>Checks the footer and leaves the stream at its start.</summary>
    /// <param name="name">The file, for messages.</param>
    /// <param name="stream">The file.</param>
    /// <exception cref="DataException">The file is too short, not Parquet, encrypted or damaged.</exception>
    public static void Require(string name, Stream stream)
    {
        Span<byte> end = stackalloc byte[8];
        if (stream.Length < 12)
        {
            throw new DataException($"{name}: expected an Apache Parquet file of 12 bytes or more, got {stream.Length}. Copy the file again.");
        }

        stream.Position = stream.Length - end.Length;
        stream.ReadExactly(end);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (!end[4..].SequenceEqual("PAR1"u8))
        {
            throw new DataException(end[4..].SequenceEqual("PARE"u8)
                ? $"{name}: the footer is encrypted, which is not supported. Write the file without encryption."
                : $"{name}: expected an Apache Parquet file, which ends with the bytes PAR1, got other bytes. The file is truncated or not a Parquet file: copy it again.");
        }

        if (length > stream.Length - 12 || length > MostBytes)
        {
            throw new DataException($"{name}: expected a footer within the file of {stream.Length} bytes and of at most {MostBytes}, got one of {length}. The file is damaged: copy it again.");
        }

        byte[] bytes = new byte[length];
        stream.Position = stream.Length - 8 - length;
        stream.ReadExactly(bytes);
        stream.Position = 0;
        var footer = new ParquetFooter(name, bytes);
        footer.Struct(0, schema: false, top: true);
        footer.RequireTree();
    }

    // Reads one struct; for a schema element, records the number of children.
    private void Struct(int depth, bool schema, bool top)
    {
        int field = 0;
        long children = 0;
        while (true)
        {
            byte header = Byte();
            if (header == 0)
            {
                break;
            }

            field = header >> 4 == 0 ? (int)Zigzag() : field + (header >> 4);
            int type = header & 15;
            if (schema && field == Children && type == 5)
            {
                children = Zigzag();
            }
            else
            {
                Value(type, depth + 1, top && field == Schema, inList: false);
            }
        }

        if (schema)
        {
            _children.Add(children);
        }
    }

    private void Value(int type, int depth, bool schema, bool inList)
    {
        if (depth > MostDepth)
        {
            throw Damaged($"values nested deeper than {MostDepth}");
        }

        switch (type)
        {
            case 1 or 2:
                _at += inList ? 1 : 0;
                break;
            case 3:
                _at++;
                break;
            case 4 or 5 or 6:
                Varint();
                break;
            case 7:
                _at += 8;
                break;
            case 8:
                int length = (int)Size("a text");
                _at += length;
                break;
            case 9 or 10:
                byte header = Byte();
                long count = header >> 4 == 15 ? Size("a list") : header >> 4;
                for (long i = 0; i < count; i++)
                {
                    if (schema && (header & 15) == 12)
                    {
                        Struct(depth, schema: true, top: false);
                    }
                    else
                    {
                        Value(header & 15, depth + 1, schema: false, inList: true);
                    }

                    RequireInside();
                }

                break;
            case 11:
                long pairs = Size("a map");
                byte types = pairs > 0 ? Byte() : (byte)0;
                for (long i = 0; i < pairs; i++)
                {
                    Value(types >> 4, depth + 1, schema: false, inList: true);
                    Value(types & 15, depth + 1, schema: false, inList: true);
                    RequireInside();
                }

                break;
            case 12:
                Struct(depth, schema: false, top: false);
                break;
            default:
                throw Damaged($"a value of unknown type {type}");
        }

        RequireInside();
    }

    // The elements are in depth-first order: each except the root is a child of an earlier element.
    private readonly void RequireTree()
    {
        long open = 1;
        for (int i = 0; i < _children.Count; i++)
        {
            if (open <= 0 || _children[i] < 0 || _children[i] > _children.Count)
            {
                throw Damaged($"a schema element of {_children[i]} children among {_children.Count}");
            }

            open += _children[i] - 1;
        }

        if (open != 0)
        {
            throw Damaged($"a schema whose {_children.Count} elements do not form a tree");
        }
    }

    // An element takes at least one byte, so a size beyond the remaining bytes is invalid.
    private long Size(string what)
    {
        ulong size = Varint();
        return size <= (ulong)(_bytes.Length - _at) ? (long)size : throw Damaged($"{what} of {size} items in {_bytes.Length - _at} bytes");
    }

    private long Zigzag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Damaged("a number longer than 64 bits");
    }

    private byte Byte()
    {
        RequireInside();
        return _at < _bytes.Length ? _bytes[_at++] : throw Damaged("its end inside a value");
    }

    private readonly void RequireInside()
    {
        if (_at > _bytes.Length)
        {
            throw Damaged("a value that exceeds it");
        }
    }

    private readonly DataException Damaged(string what) => new($"{_name}: expected metadata within its footer of {_bytes.Length} bytes, got {what}. The file is damaged: copy it again.");
}
