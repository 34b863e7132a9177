using System.Text.Json;
using Inference.AspNetCore.Protocol;
using Inference.AspNetCore.Rest.Elements;

namespace Inference.AspNetCore.Rest;

/// <summary>Reads the field <c>data</c> of an input: elements in row-major order, flat or nested as the shape.</summary>
internal static class JsonTensorReader
{
    /// <summary>Reads a tensor.</summary>
    /// <param name="reader">Stands on the field's value.</param>
    /// <param name="name">The input.</param>
    /// <param name="type">The element type.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="count">The number of its elements.</param>
    /// <param name="length">The number of bytes of the JSON.</param>
    /// <exception cref="RequestFault">The elements are too few, too many, nested otherwise, or of another type.</exception>
    public static TensorValue Read(ref Utf8JsonReader reader, string name, ElementType type, scoped ReadOnlySpan<long> shape, int count, int length)
    {
        if (Datatypes.IsRawOnly(type))
        {
            RequestFault.Throw($"Input '{name}': {Datatypes.Name(type)} travels as raw bytes alone. Set the parameter 'binary_data_size' and send the bytes after the JSON.");
        }

        // An element takes a byte or more, so that a shape without data allocates nothing.
        if (count > length - reader.BytesConsumed + 1)
        {
            RequestFault.Throw($"Input '{name}': shape {TensorShape.Format(shape)} has {count} elements, got fewer.");
        }

        TensorValue tensor = TensorValue.Allocate(type, shape);
        try
        {
            switch (type)
            {
                case ElementType.Float32:
                    Fill<float, Float32Element>(ref reader, name, shape, tensor.AsWritableSpan<float>());
                    break;
                case ElementType.Float64:
                    Fill<double, Float64Element>(ref reader, name, shape, tensor.AsWritableSpan<double>());
                    break;
                case ElementType.Int64:
                    Fill<long, Int64Element>(ref reader, name, shape, tensor.AsWritableSpan<long>());
                    break;
                case ElementType.Int32:
                    Fill<int, Int32Element>(ref reader, name, shape, tensor.AsWritableSpan<int>());
                    break;
                case ElementType.Int16:
                    Fill<short, Int16Element>(ref reader, name, shape, tensor.AsWritableSpan<short>());
                    break;
                case ElementType.Int8:
                    Fill<sbyte, Int8Element>(ref reader, name, shape, tensor.AsWritableSpan<sbyte>());
                    break;
                case ElementType.UInt64:
                    Fill<ulong, UInt64Element>(ref reader, name, shape, tensor.AsWritableSpan<ulong>());
                    break;
                case ElementType.UInt32:
                    Fill<uint, UInt32Element>(ref reader, name, shape, tensor.AsWritableSpan<uint>());
                    break;
                case ElementType.UInt16:
                    Fill<ushort, UInt16Element>(ref reader, name, shape, tensor.AsWritableSpan<ushort>());
                    break;
                case ElementType.UInt8:
                    Fill<byte, UInt8Element>(ref reader, name, shape, tensor.AsWritableSpan<byte>());
                    break;
                case ElementType.Bool:
                    Fill<bool, BoolElement>(ref reader, name, shape, tensor.AsWritableSpan<bool>());
                    break;
                default:
                    Fill<string, TextElement>(ref reader, name, shape, tensor.AsWritableSpan<string>());
                    break;
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static void Fill<T, TElement>(ref Utf8JsonReader reader, string name, scoped ReadOnlySpan<long> shape, scoped Span<T> to)
        where TElement : struct, IJsonElement<T>
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            // A scalar may stand alone.
            if (shape.Length > 0)
            {
                RequestFault.Throw($"Input '{name}', field 'data': expected an array, got {JsonTokens.Describe(reader.TokenType)}.");
            }

            to[0] = One<T, TElement>(ref reader, name, 0);
            return;
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray && shape.Length > 1)
        {
            FillNested<T, TElement>(ref reader, name, shape, to);
            return;
        }

        int count = 0;
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (count == to.Length)
            {
                ThrowCount(name, shape, to.Length, "more");
            }

            to[count] = One<T, TElement>(ref reader, name, count);
            count++;
        }

        if (count < to.Length)
        {
            ThrowCount(name, shape, to.Length, $"{count}");
        }
    }

    // The reader stands on the first array of depth 2.
    private static void FillNested<T, TElement>(ref Utf8JsonReader reader, string name, scoped ReadOnlySpan<long> shape, scoped Span<T> to)
        where TElement : struct, IJsonElement<T>
    {
        // The items read so far at each depth.
        Span<long> items = stackalloc long[64];
        items = items[..shape.Length];
        items.Clear();
        int depth = 0, count = 0;
        while (true)
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                if (items[depth] != shape[depth])
                {
                    ThrowNesting(name, shape, depth, items[depth]);
                }

                if (depth == 0)
                {
                    return;
                }

                items[depth--] = 0;
            }
            else if (items[depth]++ == shape[depth])
            {
                ThrowNesting(name, shape, depth, items[depth]);
            }
            else if (depth < shape.Length - 1)
            {
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    RequestFault.Throw($"Input '{name}', field 'data': expected {shape.Length} levels of arrays as in shape {TensorShape.Format(shape)}, or one, got {JsonTokens.Describe(reader.TokenType)} at level {depth + 2}.");
                }

                depth++;
            }
            else
            {
                to[count] = One<T, TElement>(ref reader, name, count);
                count++;
            }

            reader.Read();
        }
    }

    private static T One<T, TElement>(ref Utf8JsonReader reader, string name, int index)
        where TElement : struct, IJsonElement<T>
    {
        if (!TElement.TryRead(ref reader, out T value))
        {
            RequestFault.Throw($"Input '{name}', element {index}: expected {TElement.Expected}, got {JsonTokens.Describe(reader.TokenType)}{(reader.TokenType == JsonTokenType.Number ? $" {System.Text.Encoding.UTF8.GetString(reader.ValueSpan[..Math.Min(40, reader.ValueSpan.Length)])}" : "")}.");
        }

        return value;
    }

    private static void ThrowCount(string name, ReadOnlySpan<long> shape, int expected, string actual) =>
        RequestFault.Throw($"Input '{name}', field 'data': shape {TensorShape.Format(shape)} has {expected} elements, got {actual}.");

    private static void ThrowNesting(string name, ReadOnlySpan<long> shape, int depth, long items) =>
        RequestFault.Throw($"Input '{name}', field 'data': expected arrays as in shape {TensorShape.Format(shape)}, got {(items > shape[depth] ? $"more than {shape[depth]}" : $"{items}")} items at level {depth + 1}.");
}
