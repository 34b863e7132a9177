using System.Buffers;
using System.Text;
using Orleans.Serialization.Buffers;

namespace Inference.Orleans.Payloads;

/// <summary>
/// The form of a value between processes of one cluster, little-endian: the kind (1 byte), then of a tensor the element type (1), the rank (1), the dimensions (8 each) and the elements (strings: length (4) and UTF-8 each);
/// of a sequence the element type (1), the count (4) and the items; of a map keys and values; of an optional whether there is a value (1), and the value.
/// </summary>
internal static class ValueForm
{
    /// <summary>The fewest bytes of a named value: the length of its name, kind and the rest.</summary>
    public const int LeastValue = 4 + 2;

    // As deep as values of ONNX are nested, and far from what a stack holds.
    private const int Deepest = 32;

    /// <summary>The bytes of all values.</summary>
    public static long SizeOf(NamedValues values)
    {
        long size = 4;
        for (int i = 0; i < values.Count; i++)
        {
            (string name, ModelValue item) = values.GetAt(i);
            size += SizeOf(name) + SizeOf(item);
        }

        return size;
    }

    public static void Write<TBufferWriter>(ref Writer<TBufferWriter> writer, string text)
        where TBufferWriter : IBufferWriter<byte>
    {
        int length = Encoding.UTF8.GetByteCount(text);
        writer.WriteInt32(length);
        if (length <= 256)
        {
            Span<byte> few = stackalloc byte[256];
            writer.Write(few[..Encoding.UTF8.GetBytes(text, few)]);
            return;
        }

        byte[] many = ArrayPool<byte>.Shared.Rent(length);
        writer.Write(many.AsSpan(0, Encoding.UTF8.GetBytes(text, many)));
        ArrayPool<byte>.Shared.Return(many);
    }

    public static void Write<TBufferWriter>(ref Writer<TBufferWriter> writer, ModelValue value)
        where TBufferWriter : IBufferWriter<byte>
    {
        writer.WriteByte((byte)value.Kind);
        switch (value)
        {
            case TensorValue tensor:
                WriteTensor(ref writer, tensor);
                break;
            case SequenceValue sequence:
                writer.WriteByte((byte)sequence.ElementType);
                writer.WriteInt32(sequence.Count);
                foreach (ModelValue item in sequence.Items)
                {
                    Write(ref writer, item);
                }

                break;
            case MapValue map:
                Write(ref writer, map.Keys);
                Write(ref writer, map.Values);
                break;
            case OptionalValue optional:
                writer.WriteByte(optional.HasValue ? (byte)1 : (byte)0);
                if (optional.Value is { } inner)
                {
                    Write(ref writer, inner);
                }

                break;
            default:
                throw new InferenceException($"A value of kind {value.Kind} was sent to another silo; expected a tensor, sequence, map or optional. Convert it.");
        }
    }

    public static ModelValue Read<TInput>(ref Reader<TInput> reader, ref long left, int depth = 0)
    {
        if (depth > Deepest)
        {
            throw Wrong($"values nested deeper than {Deepest}");
        }

        switch ((ModelValueKind)ReadByte(ref reader, ref left))
        {
            case ModelValueKind.Tensor:
                return ReadTensor(ref reader, ref left);
            case ModelValueKind.Sequence:
                var type = (ElementType)ReadByte(ref reader, ref left);
                var items = new ModelValue[ReadCount(ref reader, ref left, least: 2)];
                for (int i = 0; i < items.Length; i++)
                {
                    items[i] = Read(ref reader, ref left, depth + 1);
                }

                return new SequenceValue(items, type);
            case ModelValueKind.Map:
                return Read(ref reader, ref left, depth + 1) is TensorValue keys && Read(ref reader, ref left, depth + 1) is TensorValue values
                    ? new MapValue(keys, values)
                    : throw Wrong("a map of values that are not tensors");
            case ModelValueKind.Optional:
                return new OptionalValue(ReadByte(ref reader, ref left) == 0 ? null : Read(ref reader, ref left, depth + 1));
            case var kind:
                throw Wrong($"a value of kind {kind}");
        }
    }

    public static string ReadText<TInput>(ref Reader<TInput> reader, ref long left)
    {
        int length = ReadCount(ref reader, ref left, least: 1);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        reader.ReadBytes(bytes.AsSpan(0, length));
        left -= length;
        string text = Encoding.UTF8.GetString(bytes, 0, length);
        ArrayPool<byte>.Shared.Return(bytes);
        return text;
    }

    /// <summary>Reads a count of things that take some bytes each, of which no more are left than said.</summary>
    public static int ReadCount<TInput>(ref Reader<TInput> reader, ref long left, int least)
    {
        left -= 4;
        int count = reader.ReadInt32();
        return count >= 0 && count <= Math.Max(left, 0) / least ? count : throw Wrong($"a count of {count} with {left} bytes left");
    }

    private static long SizeOf(string text) => 4L + Encoding.UTF8.GetByteCount(text);

    private static long SizeOf(ModelValue value)
    {
        long size = 1;
        switch (value)
        {
            case TensorValue { ElementType: ElementType.String } texts:
                size += 2 + (8L * texts.Rank);
                foreach (string text in texts.AsSpan<string>())
                {
                    size += SizeOf(text);
                }

                return size;
            case TensorValue tensor:
                return size + 2 + (8L * tensor.Rank) + tensor.ByteCount;
            case SequenceValue sequence:
                foreach (ModelValue item in sequence.Items)
                {
                    size += SizeOf(item);
                }

                return size + 1 + 4;
            case MapValue map:
                return size + SizeOf(map.Keys) + SizeOf(map.Values);
            case OptionalValue optional:
                return size + 1 + (optional.Value is { } inner ? SizeOf(inner) : 0);
            default:
                return size;
        }
    }

    private static void WriteTensor<TBufferWriter>(ref Writer<TBufferWriter> writer, TensorValue tensor)
        where TBufferWriter : IBufferWriter<byte>
    {
        writer.WriteByte((byte)tensor.ElementType);
        writer.WriteByte(checked((byte)tensor.Rank));
        foreach (long dimension in tensor.Shape)
        {
            writer.WriteInt64(dimension);
        }

        if (tensor.ElementType != ElementType.String)
        {
            writer.Write(tensor.AsBytes());
            return;
        }

        foreach (string text in tensor.AsSpan<string>())
        {
            Write(ref writer, text);
        }
    }

    private static TensorValue ReadTensor<TInput>(ref Reader<TInput> reader, ref long left)
    {
        var type = (ElementType)ReadByte(ref reader, ref left);
        int rank = ReadByte(ref reader, ref left);
        Span<long> shape = stackalloc long[byte.MaxValue];
        shape = shape[..rank];
        foreach (ref long dimension in shape)
        {
            dimension = reader.ReadInt64();
            left -= sizeof(long);
        }

        // Strings take their length at least: what is allocated is bounded by what was sent.
        long count = TensorShape.Count(shape);
        bool isText = type == ElementType.String;
        if (left < 0 || (!isText && type.BitWidth() == 0) || (isText ? count > left / 4 : type.ByteCount(count) > left))
        {
            throw Wrong($"a tensor {type.Name()}{TensorShape.Format(shape)} with {left} bytes left");
        }

        TensorValue tensor = TensorValue.Allocate(type, shape);
        if (!isText)
        {
            Span<byte> bytes = tensor.AsWritableBytes();
            reader.ReadBytes(bytes);
            left -= bytes.Length;
            return tensor;
        }

        foreach (ref string text in tensor.AsWritableSpan<string>())
        {
            text = ReadText(ref reader, ref left);
        }

        return tensor;
    }

    private static byte ReadByte<TInput>(ref Reader<TInput> reader, ref long left)
    {
        left--;
        return reader.ReadByte();
    }

    private static InferenceException Wrong(string got) => new($"Values from another silo: expected the form of this version of Inference.Orleans, got {got}. Run the same version on all silos and clients.");
}
