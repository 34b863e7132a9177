using System.Buffers;
using System.Numerics;

namespace Inference.Remote.Wire;

/// <summary>Reads the typed form of a tensor's contents (InferTensorContents), which some servers send instead of bytes.</summary>
internal static class TypedContents
{
    private delegate T ReadElement<T>(ref ProtoReader reader);

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="ModelRunException">The contents do not fit type and shape.</exception>
    public static TensorValue Read(string name, ElementType type, ReadOnlySpan<long> shape, in ReadOnlySequence<byte> contents)
    {
        int count = OutputTensor.Count(name, shape);
        if (count > contents.Length)
        {
            throw OutputTensor.Wrong(name, shape, $"{contents.Length} bytes");
        }

        TensorValue tensor = TensorValue.Allocate(type, shape);
        switch (type)
        {
            case ElementType.Bool: Fill(name, tensor, contents, 1, static (ref ProtoReader r) => r.Varint() != 0); break;
            case ElementType.Int8: Fill(name, tensor, contents, 2, static (ref ProtoReader r) => Signed<sbyte>(r.Varint())); break;
            case ElementType.Int16: Fill(name, tensor, contents, 2, static (ref ProtoReader r) => Signed<short>(r.Varint())); break;
            case ElementType.Int32: Fill(name, tensor, contents, 2, static (ref ProtoReader r) => Signed<int>(r.Varint())); break;
            case ElementType.Int64: Fill(name, tensor, contents, 3, static (ref ProtoReader r) => (long)r.Varint()); break;
            case ElementType.UInt8: Fill(name, tensor, contents, 4, static (ref ProtoReader r) => byte.CreateChecked(r.Varint())); break;
            case ElementType.UInt16: Fill(name, tensor, contents, 4, static (ref ProtoReader r) => ushort.CreateChecked(r.Varint())); break;
            case ElementType.UInt32: Fill(name, tensor, contents, 4, static (ref ProtoReader r) => uint.CreateChecked(r.Varint())); break;
            case ElementType.UInt64: Fill(name, tensor, contents, 5, static (ref ProtoReader r) => r.Varint()); break;
            case ElementType.Float32: Fill(name, tensor, contents, 6, static (ref ProtoReader r) => BitConverter.UInt32BitsToSingle(r.Fixed32())); break;
            case ElementType.Float64: Fill(name, tensor, contents, 7, static (ref ProtoReader r) => BitConverter.UInt64BitsToDouble(r.Fixed64())); break;
            case ElementType.String: FillTexts(name, tensor, contents); break;
            default: throw OutputTensor.Wrong(name, shape, $"{type.Name()} as typed contents");
        }

        return tensor;
    }

    private static void Fill<T>(string name, TensorValue tensor, in ReadOnlySequence<byte> contents, int field, ReadElement<T> read)
    {
        Span<T> elements = tensor.AsWritableSpan<T>();
        int next = 0;
        var reader = new ProtoReader(contents);
        while (reader.Next())
        {
            if (reader.Field != field)
            {
                reader.Skip();
            }
            else if (reader.IsDelimited)
            {
                var packed = new ProtoReader(reader.Bytes());
                while (!packed.AtEnd)
                {
                    Put(name, tensor, elements, ref next, Element(name, tensor, ref packed, read));
                }
            }
            else
            {
                Put(name, tensor, elements, ref next, Element(name, tensor, ref reader, read));
            }
        }

        Full(name, tensor, next, elements.Length);
    }

    private static void FillTexts(string name, TensorValue tensor, in ReadOnlySequence<byte> contents)
    {
        Span<string> elements = tensor.AsWritableSpan<string>();
        int next = 0;
        var reader = new ProtoReader(contents);
        while (reader.Next())
        {
            if (reader.Field == 8)
            {
                Put(name, tensor, elements, ref next, reader.Text());
            }
            else
            {
                reader.Skip();
            }
        }

        Full(name, tensor, next, elements.Length);
    }

    private static T Element<T>(string name, TensorValue tensor, ref ProtoReader reader, ReadElement<T> read)
    {
        try
        {
            return read(ref reader);
        }
        catch (OverflowException)
        {
            throw OutputTensor.Wrong(name, tensor.Shape, $"a value out of the range of {tensor.ElementType.Name()}");
        }
    }

    private static void Put<T>(string name, TensorValue tensor, Span<T> elements, ref int next, T value)
    {
        if (next == elements.Length)
        {
            throw OutputTensor.Wrong(name, tensor.Shape, "more elements");
        }

        elements[next++] = value;
    }

    private static void Full(string name, TensorValue tensor, int next, int count)
    {
        if (next < count)
        {
            throw OutputTensor.Wrong(name, tensor.Shape, $"{next} elements");
        }
    }

    private static T Signed<T>(ulong value)
        where T : IBinaryInteger<T> => T.CreateChecked((long)value);
}
