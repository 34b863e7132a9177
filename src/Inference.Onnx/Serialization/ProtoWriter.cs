using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Inference.Onnx.Files;
using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

/// <summary>
/// Writes protobuf fields. A nested message is preceded by its length, so everything is walked twice: once to measure, noting the length of each message in order, once to write.
/// </summary>
internal ref struct ProtoWriter
{
    // Far more than any model nests, and far less than a stack of 1 MB holds.
    /// <summary>How deep graphs and messages may be nested in each other.</summary>
    internal const int MostNesting = 1000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IBufferWriter<byte>? _output;
    private readonly List<long> _lengths;
    private Span<byte> _span;
    private int _used;
    private int _next;
    private int _depth;

    /// <summary>A writer that measures.</summary>
    public ProtoWriter(ExternalPlan plan)
    {
        _lengths = [];
        Plan = plan;
    }

    /// <summary>A writer that writes what <paramref name="measured"/> has measured.</summary>
    public ProtoWriter(IBufferWriter<byte> output, ProtoWriter measured)
    {
        _output = output;
        _lengths = measured._lengths;
        Plan = measured.Plan;
    }

    /// <summary>Bytes written or measured so far.</summary>
    public long Total { get; private set; }

    /// <summary>Where tensors go that are not embedded.</summary>
    public ExternalPlan Plan { get; }

    private readonly bool Measuring => _output is null;

    /// <summary>Begins a nested message; pass the result to <see cref="End"/>.</summary>
    public (int Slot, long Start) Begin(int field)
    {
        if (++_depth > MostNesting)
        {
            throw new InvalidOperationException($"ONNX model: expected at most {MostNesting} nested messages, got more. A graph, type or value contains itself.");
        }

        Tag(field, WireType.Length);
        if (Measuring)
        {
            _lengths.Add(0);
            return (_lengths.Count - 1, Total);
        }

        var length = _lengths[_next++];
        Varint((ulong)length);
        return (_next - 1, Total);
    }

    public void End((int Slot, long Start) message)
    {
        _depth--;
        if (Measuring)
        {
            var length = Total - message.Start;
            _lengths[message.Slot] = length;
            Total += VarintSize((ulong)length);
        }
    }

    public void Int64(int field, long value)
    {
        Tag(field, WireType.Varint);
        Varint((ulong)value);
    }

    /// <summary>Writes the number unless it is 0, which is what an absent field reads as.</summary>
    public void OptionalInt64(int field, long value)
    {
        if (value != 0)
        {
            Int64(field, value);
        }
    }

    public void Float(int field, float value)
    {
        Tag(field, WireType.Fixed32);
        Total += 4;
        if (!Measuring)
        {
            BinaryPrimitives.WriteSingleLittleEndian(Room(4), value);
        }
    }

    public void String(int field, string value)
    {
        Tag(field, WireType.Length);
        var length = Strict.GetByteCount(value);
        Varint((ulong)length);
        Total += length;
        if (!Measuring && length > 0)
        {
            Strict.GetBytes(value, Room(length));
        }
    }

    /// <summary>Writes the text unless it is empty, which is what an absent field reads as.</summary>
    public void OptionalString(int field, string value)
    {
        if (value.Length > 0)
        {
            String(field, value);
        }
    }

    public void Strings(int field, List<string> values)
    {
        foreach (var value in values)
        {
            String(field, value);
        }
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Tag(field, WireType.Length);
        Varint((ulong)value.Length);
        Raw(value);
    }

    /// <summary>Integers, one tag each, which is how the format declares all but tensor content.</summary>
    public void Int64s(int field, ReadOnlySpan<long> values)
    {
        foreach (var value in values)
        {
            Int64(field, value);
        }
    }

    /// <summary>Integers in one packed field.</summary>
    public void PackedInt64s(int field, ReadOnlySpan<long> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        var message = Begin(field);
        foreach (var value in values)
        {
            Varint((ulong)value);
        }

        End(message);
    }

    /// <summary>32-bit integers in one packed field; negative ones take ten bytes, as the encoding has it.</summary>
    public void PackedInt32s(int field, ReadOnlySpan<int> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        var message = Begin(field);
        foreach (var value in values)
        {
            Varint((ulong)(long)value);
        }

        End(message);
    }

    /// <summary>Fields as they came.</summary>
    public void Unknown(List<ReadOnlyMemory<byte>>? fields)
    {
        if (fields is not null)
        {
            foreach (var slice in fields)
            {
                Raw(slice.Span);
            }
        }
    }

    /// <summary>Hands what is left to the output.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            _output!.Advance(_used);
            _span = default;
            _used = 0;
        }
    }

    private static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private void Tag(int field, WireType wire) => Varint(((uint)field << 3) | (uint)wire);

    private void Varint(ulong value)
    {
        var size = VarintSize(value);
        Total += size;
        if (Measuring)
        {
            return;
        }

        var room = Room(size);
        for (var i = 0; i < size - 1; i++)
        {
            room[i] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[size - 1] = (byte)value;
    }

    private void Raw(ReadOnlySpan<byte> value)
    {
        Total += value.Length;
        while (!Measuring && !value.IsEmpty)
        {
            var part = Math.Min(value.Length, Math.Max(_span.Length - _used, 4096));
            value[..part].CopyTo(Room(part));
            value = value[part..];
        }
    }

    private Span<byte> Room(int count)
    {
        if (_span.Length - _used < count)
        {
            Flush();
            _span = _output!.GetSpan(count);
        }

        var room = _span.Slice(_used, count);
        _used += count;
        return room;
    }
}
