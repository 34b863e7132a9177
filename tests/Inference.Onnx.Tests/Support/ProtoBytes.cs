using System.Text;

namespace Inference.Onnx.Tests.Support;

/// <summary>Builds protobuf by hand, independently of the writer under test.</summary>
internal sealed class ProtoBytes
{
    private readonly List<byte> _bytes = [];

    public static implicit operator ReadOnlyMemory<byte>(ProtoBytes bytes) => bytes.ToArray();

    public byte[] ToArray() => [.. _bytes];

    public ProtoBytes Varint(int field, long value)
    {
        AddVarint(((ulong)field << 3) | 0);
        AddVarint((ulong)value);
        return this;
    }

    public ProtoBytes Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtoBytes Bytes(int field, params byte[] value)
    {
        AddVarint(((ulong)field << 3) | 2);
        AddVarint((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public ProtoBytes Message(int field, ProtoBytes message) => Bytes(field, message.ToArray());

    public ProtoBytes Fixed32(int field, uint value)
    {
        AddVarint(((ulong)field << 3) | 5);
        _bytes.AddRange(BitConverter.GetBytes(value));
        return this;
    }

    public ProtoBytes Float(int field, float value) => Fixed32(field, BitConverter.SingleToUInt32Bits(value));

    public ProtoBytes Double(int field, double value)
    {
        AddVarint(((ulong)field << 3) | 1);
        _bytes.AddRange(BitConverter.GetBytes(value));
        return this;
    }

    public ProtoBytes Packed(int field, params long[] values)
    {
        var inner = new ProtoBytes();
        foreach (var value in values)
        {
            inner.AddVarint((ulong)value);
        }

        return Message(field, inner);
    }

    public ProtoBytes Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    private void AddVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
    }
}
