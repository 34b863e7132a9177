using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Grpc;

/// <summary>Reads InferTensorContents into a tensor.</summary>
internal static class TypedContents
{
    /// <exception cref="RequestFault">The contents are in another field than the data type's, too few, too many, or out of range.</exception>
    public static TensorValue Read(in PendingInput input)
    {
        if (Datatypes.IsRawOnly(input.Type))
        {
            RequestFault.Throw($"Input '{input.Name}': {Datatypes.Name(input.Type)} travels in 'raw_input_contents' alone.");
        }

        ReadOnlySequence<byte> contents = input.Contents ?? ReadOnlySequence<byte>.Empty;

        // An element takes a byte or more, so that a shape without contents allocates nothing.
        if (input.Count > contents.Length)
        {
            ThrowCount(input, "fewer");
        }

        TensorValue tensor = TensorValue.Allocate(input.Type, input.Shape);
        try
        {
            int read = input.Type switch
            {
                ElementType.Bool => Fill(input, contents, tensor.AsWritableSpan<bool>()),
                ElementType.Int8 => Fill(input, contents, tensor.AsWritableSpan<sbyte>()),
                ElementType.Int16 => Fill(input, contents, tensor.AsWritableSpan<short>()),
                ElementType.Int32 => Fill(input, contents, tensor.AsWritableSpan<int>()),
                ElementType.Int64 => Fill(input, contents, tensor.AsWritableSpan<long>()),
                ElementType.UInt8 => Fill(input, contents, tensor.AsWritableSpan<byte>()),
                ElementType.UInt16 => Fill(input, contents, tensor.AsWritableSpan<ushort>()),
                ElementType.UInt32 => Fill(input, contents, tensor.AsWritableSpan<uint>()),
                ElementType.UInt64 => Fill(input, contents, tensor.AsWritableSpan<ulong>()),
                ElementType.Float32 => Fill(input, contents, tensor.AsWritableSpan<float>()),
                ElementType.Float64 => Fill(input, contents, tensor.AsWritableSpan<double>()),
                _ => Fill(input, contents, tensor.AsWritableSpan<string>()),
            };
            if (read < input.Count)
            {
                ThrowCount(input, $"{read}");
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static int Field(ElementType type) => type switch
    {
        ElementType.Bool => 1,
        ElementType.Int8 or ElementType.Int16 or ElementType.Int32 => 2,
        ElementType.Int64 => 3,
        ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 => 4,
        ElementType.UInt64 => 5,
        ElementType.Float32 => 6,
        ElementType.Float64 => 7,
        _ => 8,
    };

    private static int Fill<T>(in PendingInput input, in ReadOnlySequence<byte> contents, Span<T> to)
    {
        int expected = Field(input.Type), count = 0;
        var fields = new WireReader(contents);
        while (fields.TryReadField(out int number, out WireType type))
        {
            if (number is < 1 or > 8)
            {
                fields.Skip(type);
            }
            else if (number != expected)
            {
                if (type != WireType.Bytes || !fields.Bytes().IsEmpty)
                {
                    RequestFault.Throw($"Input '{input.Name}': {Datatypes.Name(input.Type)} travels in field {expected} of 'contents', got field {number}.");
                }
            }
            else if (number == 8)
            {
                WireReader.Expect(WireType.Bytes, type);
                ReadOnlySequence<byte> bytes = fields.Bytes();
                Next(input, to, ref count) = (T)(object)RawTensors.Text($"Input '{input.Name}', element {count - 1}", bytes);
            }
            else if (type == WireType.Bytes)
            {
                FillPacked(input, fields.Bytes(), to, ref count);
            }
            else
            {
                WireReader.Expect(number == 6 ? WireType.Fixed32 : number == 7 ? WireType.Fixed64 : WireType.Varint, type);
                T value = One<T>(ref fields, input);
                Next(input, to, ref count) = value;
            }
        }

        return count;
    }

    private static void FillPacked<T>(in PendingInput input, in ReadOnlySequence<byte> packed, Span<T> to, ref int count)
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            int size = typeof(T) == typeof(float) ? sizeof(float) : sizeof(double);
            if (packed.Length % size != 0)
            {
                WireReader.ThrowMalformed();
            }

            long elements = packed.Length / size;
            if (elements > to.Length - count)
            {
                ThrowCount(input, "more");
            }

            ref T first = ref MemoryMarshal.GetReference(to[count..]);
            packed.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref first), (int)packed.Length));
            count += (int)elements;
            return;
        }

        var values = new WireReader(packed);
        while (!values.IsAtEnd)
        {
            T value = One<T>(ref values, input);
            Next(input, to, ref count) = value;
        }
    }

    private static ref T Next<T>(in PendingInput input, Span<T> to, ref int count)
    {
        if (count == to.Length)
        {
            ThrowCount(input, "more");
        }

        return ref to[count++];
    }

    // One element, by the encoding of its field.
    private static T One<T>(ref WireReader reader, in PendingInput input)
    {
        if (typeof(T) == typeof(float))
        {
            return (T)(object)BitConverter.UInt32BitsToSingle(reader.Fixed32());
        }

        if (typeof(T) == typeof(double))
        {
            return (T)(object)BitConverter.UInt64BitsToDouble(reader.Fixed64());
        }

        ulong value = reader.Varint();
        if (typeof(T) == typeof(bool))
        {
            return (T)(object)(value != 0);
        }

        if (typeof(T) == typeof(long))
        {
            return (T)(object)(long)value;
        }

        if (typeof(T) == typeof(ulong))
        {
            return (T)(object)value;
        }

        // Fields of 32 bits take the low ones, as the encoding prescribes; smaller types must hold the value.
        if (typeof(T) == typeof(int))
        {
            return (T)(object)(int)value;
        }

        if (typeof(T) == typeof(uint))
        {
            return (T)(object)(uint)value;
        }

        if (typeof(T) == typeof(short))
        {
            return (T)(object)Narrow<short>((int)value, input);
        }

        if (typeof(T) == typeof(sbyte))
        {
            return (T)(object)Narrow<sbyte>((int)value, input);
        }

        return typeof(T) == typeof(ushort) ? (T)(object)Narrow<ushort>((uint)value, input) : (T)(object)Narrow<byte>((uint)value, input);
    }

    private static TNarrow Narrow<TNarrow>(long value, in PendingInput input)
        where TNarrow : struct, INumberBase<TNarrow>
    {
        TNarrow narrow = TNarrow.CreateTruncating(value);
        if (long.CreateTruncating(narrow) != value)
        {
            RequestFault.Throw($"Input '{input.Name}': expected values of {Datatypes.Name(input.Type)}, got {value}.");
        }

        return narrow;
    }

    private static void ThrowCount(in PendingInput input, string actual) =>
        RequestFault.Throw($"Input '{input.Name}': shape {TensorShape.Format(input.Shape)} has {input.Count} elements, got {actual} in 'contents'.");
}
