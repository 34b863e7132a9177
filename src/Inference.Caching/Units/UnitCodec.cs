using System.Runtime.InteropServices;
using System.Text;

namespace Inference.Caching.Units;

/// <summary>The byte form of a unit for the second level: format, layout, contents, in that order. Names and texts are UTF-16 as they are: UTF-8 would lose unpaired surrogates.</summary>
internal static class UnitCodec
{
    // What is read comes from outside, and its counts are claims: more ports are taken for damage, and tensors have no higher rank.
    private const int MaxPorts = 4096;
    private const int MaxRank = 64;

    public static byte[] Encode(byte format, UnitLayout layout, in UnitData data)
    {
        using var stream = new MemoryStream(data.Bytes.Length + 64);
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(format);
        writer.Write(layout.Whole);
        writer.Write(layout.Ports.Length);
        foreach (UnitPort port in layout.Ports)
        {
            Write(writer, port.Name);
            writer.Write((int)port.Type);
            writer.Write(port.Shape.Length);
            foreach (long dimension in port.Shape)
            {
                writer.Write(dimension);
            }
        }

        writer.Write(data.Bytes);
        foreach (string item in data.Strings)
        {
            Write(writer, item);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The unit; null where the bytes are of another format or do not add up.</summary>
    public static (UnitLayout Layout, UnitData Data)? TryDecode(byte format, ArraySegment<byte> value)
    {
        using var stream = new MemoryStream(value.Array!, value.Offset, value.Count, writable: false);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        if (reader.ReadByte() != format)
        {
            return null;
        }

        bool whole = reader.ReadBoolean();
        int count = reader.ReadInt32();
        if (count is < 1 or > MaxPorts)
        {
            return null;
        }

        long allBytes = 0;
        long allStrings = 0;
        var ports = new UnitPort[count];
        for (int i = 0; i < count; i++)
        {
            if (TryReadText(reader, stream) is not { } name)
            {
                return null;
            }

            var type = (ElementType)reader.ReadInt32();
            int rank = reader.ReadInt32();
            if (rank is < 0 or > MaxRank || !Enum.IsDefined(type))
            {
                return null;
            }

            long[] shape = new long[rank];
            for (int d = 0; d < rank; d++)
            {
                shape[d] = reader.ReadInt64();
            }

            long elements = TensorShape.Count(shape);
            ports[i] = new UnitPort(name, type, shape, checked((int)elements), checked((int)type.ByteCount(elements)));
            allBytes += ports[i].Bytes;
            allStrings += ports[i].IsText ? elements : 0;
        }

        if (allBytes > stream.Length - stream.Position || allStrings > stream.Length)
        {
            return null;
        }

        UnitLayout layout = UnitLayout.Of(ports, whole);
        byte[] bytes = reader.ReadBytes(layout.Bytes);
        string[] strings = new string[layout.Strings];
        for (int i = 0; i < strings.Length; i++)
        {
            if (TryReadText(reader, stream) is not { } text)
            {
                return null;
            }

            strings[i] = text;
        }

        return stream.Position == stream.Length ? (layout, new UnitData(bytes, strings)) : null;
    }

    private static void Write(BinaryWriter writer, string text)
    {
        writer.Write(text.Length);
        writer.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static string? TryReadText(BinaryReader reader, MemoryStream stream)
    {
        int length = reader.ReadInt32();
        return length < 0 || length > (stream.Length - stream.Position) / 2 ? null : new string(MemoryMarshal.Cast<byte, char>(reader.ReadBytes(length * 2)));
    }
}
