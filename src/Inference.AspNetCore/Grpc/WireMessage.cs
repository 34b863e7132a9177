using System.Buffers;

namespace Inference.AspNetCore.Grpc;

/// <summary>A message that is written already.</summary>
internal sealed class WireMessage
{
    private readonly ArrayBufferWriter<byte> _bytes = new(64);

    public static WireMessage Empty { get; } = new();

    public int Length => _bytes.WrittenCount;

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public WireMessage Text(int field, string text)
    {
        WireWriter.Text(_bytes, field, text);
        return this;
    }

    public WireMessage Number(int field, ulong value)
    {
        WireWriter.Number(_bytes, field, value);
        return this;
    }

    public WireMessage Packed(int field, ReadOnlySpan<long> values)
    {
        WireWriter.Packed(_bytes, field, values);
        return this;
    }

    public WireMessage Nested(int field, WireMessage message)
    {
        WireWriter.BytesHeader(_bytes, field, message.Length);
        _bytes.Write(message.Bytes);
        return this;
    }
}
