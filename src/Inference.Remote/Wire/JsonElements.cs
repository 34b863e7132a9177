using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Inference.Remote.Wire;

/// <summary>Elements of tensors as JSON.</summary>
internal static class JsonElements
{
    /// <summary>Writes the elements of a tensor, flat.</summary>
    /// <exception cref="InvalidInputException">JSON has no form of an element: 16-bit floats, NaN, infinities.</exception>
    public static void Write(Utf8JsonWriter json, string name, TensorValue tensor)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Bool:
                foreach (bool element in tensor.AsSpan<bool>())
                {
                    json.WriteBooleanValue(element);
                }

                break;
            case ElementType.String:
                foreach (string element in tensor.AsSpan<string>())
                {
                    json.WriteStringValue(element);
                }

                break;
            case ElementType.Float32:
                foreach (float element in tensor.AsSpan<float>())
                {
                    json.WriteNumberValue(float.IsFinite(element) ? element : throw NotJson(name, element.ToString(CultureInfo.InvariantCulture)));
                }

                break;
            case ElementType.Float64:
                foreach (double element in tensor.AsSpan<double>())
                {
                    json.WriteNumberValue(double.IsFinite(element) ? element : throw NotJson(name, element.ToString(CultureInfo.InvariantCulture)));
                }

                break;
            case ElementType.UInt64:
                foreach (ulong element in tensor.AsSpan<ulong>())
                {
                    json.WriteNumberValue(element);
                }

                break;
            case ElementType.Int64: WriteIntegers<long>(json, tensor); break;
            case ElementType.Int32: WriteIntegers<int>(json, tensor); break;
            case ElementType.Int16: WriteIntegers<short>(json, tensor); break;
            case ElementType.Int8: WriteIntegers<sbyte>(json, tensor); break;
            case ElementType.UInt32: WriteIntegers<uint>(json, tensor); break;
            case ElementType.UInt16: WriteIntegers<ushort>(json, tensor); break;
            case ElementType.UInt8: WriteIntegers<byte>(json, tensor); break;
            default: throw NotJson(name, tensor.ElementType.Name());
        }
    }

    /// <summary>Reads the elements of an array, nested or flat; the reader is at its start and ends at its end.</summary>
    /// <exception cref="ModelRunException">There are fewer or more elements than the shape has, or an element is not of the type.</exception>
    public static TensorValue Read(ref Utf8JsonReader json, string name, ElementType type, ReadOnlySpan<long> shape, int mostElements)
    {
        int count = OutputTensor.Count(name, shape);

        // An element takes a byte of JSON and a separator.
        if (count > mostElements)
        {
            throw OutputTensor.Wrong(name, shape, "fewer elements");
        }

        TensorValue tensor = TensorValue.Allocate(type, shape);
        switch (type)
        {
            case ElementType.Bool: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetBoolean()); break;
            case ElementType.String: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetString() ?? ""); break;
            case ElementType.Float32: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => Single(ref r)); break;
            case ElementType.Float64: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => Number(ref r)); break;
            case ElementType.Float16: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => (Half)Number(ref r)); break;
            case ElementType.Int64: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetInt64()); break;
            case ElementType.Int32: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetInt32()); break;
            case ElementType.Int16: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetInt16()); break;
            case ElementType.Int8: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetSByte()); break;
            case ElementType.UInt64: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetUInt64()); break;
            case ElementType.UInt32: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetUInt32()); break;
            case ElementType.UInt16: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetUInt16()); break;
            case ElementType.UInt8: Fill(ref json, name, tensor, static (ref Utf8JsonReader r) => r.GetByte()); break;
            default: throw OutputTensor.Wrong(name, shape, $"{type.Name()} in JSON");
        }

        return tensor;
    }

    private delegate T ReadElement<T>(ref Utf8JsonReader json);

    private static void Fill<T>(ref Utf8JsonReader json, string name, TensorValue tensor, ReadElement<T> read)
    {
        Span<T> elements = tensor.AsWritableSpan<T>();
        int next = 0;
        int depth = json.CurrentDepth;
        while (json.Read() && !(json.TokenType == JsonTokenType.EndArray && json.CurrentDepth == depth))
        {
            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            {
                continue;
            }

            if (next == elements.Length)
            {
                throw OutputTensor.Wrong(name, tensor.Shape, "more elements");
            }

            elements[next++] = read(ref json);
        }

        if (next < elements.Length)
        {
            throw OutputTensor.Wrong(name, tensor.Shape, $"{next} elements");
        }
    }

    // By way of double, a number would be rounded twice, and one beyond the range would become infinite.
    private static float Single(ref Utf8JsonReader json) => json.TokenType != JsonTokenType.Number ? (float)Number(ref json)
        : json.TryGetSingle(out float value) && float.IsFinite(value) ? value
        : throw new FormatException("a number is beyond the range of FP32.");

    // A server may write numbers that JSON has no form of as strings or as null.
    private static double Number(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.Number => json.GetDouble(),
        JsonTokenType.Null => double.NaN,
        _ => json.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" or "+Infinity" or "inf" => double.PositiveInfinity,
            "-Infinity" or "-inf" => double.NegativeInfinity,
            var text => throw new FormatException($"'{text}' is not a number."),
        },
    };

    private static void WriteIntegers<T>(Utf8JsonWriter json, TensorValue tensor)
        where T : IBinaryInteger<T>
    {
        foreach (T element in tensor.AsSpan<T>())
        {
            json.WriteNumberValue(long.CreateChecked(element));
        }
    }

    private static InvalidInputException NotJson(string name, string got) => new($"Input '{name}': expected values that JSON can carry, got {got}. Call the server with the protocol Rest or Grpc.")
    {
        Input = name,
        Actual = got,
    };
}
