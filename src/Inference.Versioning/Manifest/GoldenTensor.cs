using System.Globalization;
using System.Text.Json;

namespace Inference.Versioning.Manifest;

/// <summary>A tensor in JSON: element type by name (<c>float32</c>, <c>int64</c>, <c>string</c>, …), shape, and the elements, row-major, as an array of numbers, booleans or strings, or as base64 of
/// little-endian bytes.</summary>
internal sealed class GoldenTensor
{
    /// <summary>The element type by its name in <see cref="ElementTypes.Name"/>; the default is <c>float32</c>.</summary>
    public string Type { get; set; } = "float32";

    /// <summary>The dimensions.</summary>
    public long[] Shape { get; set; } = [];

    /// <summary>The elements as a JSON array; non-finite numbers are the strings <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>.</summary>
    public JsonElement? Data { get; set; }

    /// <summary>The elements as base64 of little-endian bytes, as an alternative to <see cref="Data"/> for every type but strings.</summary>
    public string? Base64 { get; set; }

    /// <summary>Creates the tensor; the caller disposes it.</summary>
    /// <param name="where">The location to name in errors.</param>
    /// <exception cref="ModelLoadException">Type, shape and elements are inconsistent.</exception>
    public TensorValue ToTensor(string where)
    {
        ElementType type = ParseType(where);
        try
        {
            return Base64 is not null ? FromBytes(type, where) : FromArray(type, where);
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or OverflowException or InferenceException and not ModelLoadException)
        {
            throw new ModelLoadException($"{where}: the golden tensor {Type}{TensorShape.Format(Shape)} cannot be read: {exception.Message} Correct the manifest.", exception);
        }
    }

    /// <summary>Converts a tensor to this form: base64, or an array for strings.</summary>
    public static GoldenTensor From(TensorValue tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var result = new GoldenTensor { Type = tensor.ElementType.Name(), Shape = tensor.Shape.ToArray() };
        if (tensor.ElementType == ElementType.String)
        {
            result.Data = Array(tensor.AsSpan<string>());
        }
        else
        {
            result.Base64 = Convert.ToBase64String(tensor.AsBytes());
        }

        return result;
    }

    private static JsonElement Array(ReadOnlySpan<string> items)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartArray();
            foreach (string text in items)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return document.RootElement.Clone();
    }

    private ElementType ParseType(string where)
    {
        for (ElementType type = ElementType.Float32; type <= ElementType.Int2; type++)
        {
            if (type.Name() == Type)
            {
                return type;
            }
        }

        throw new ModelLoadException($"{where}: expected an element type such as 'float32', 'int64' or 'string', got '{Type}'. Correct the manifest.");
    }

    private TensorValue FromBytes(ElementType type, string where)
    {
        byte[] bytes = Convert.FromBase64String(Base64!);
        long expected = type.ByteCount(TensorShape.Count(Shape));
        if (type == ElementType.String || bytes.Length != expected)
        {
            throw new ModelLoadException($"{where}: expected {expected} bytes for {Type}{TensorShape.Format(Shape)}, got {bytes.Length}. Correct 'base64' or 'shape' (strings need 'data').");
        }

        TensorValue tensor = TensorValue.Allocate(type, Shape);
        bytes.CopyTo(tensor.AsWritableBytes());
        return tensor;
    }

    private TensorValue FromArray(ElementType type, string where)
    {
        int count = Data is { ValueKind: JsonValueKind.Array } array ? array.GetArrayLength() : -1;
        if (count != TensorShape.Count(Shape))
        {
            throw new ModelLoadException($"{where}: expected 'data' to be an array of {TensorShape.Count(Shape)} elements for {Type}{TensorShape.Format(Shape)}, got {(count < 0 ? "none" : $"{count}")}. Correct the manifest.");
        }

        JsonElement data = Data!.Value;
        return type switch
        {
            ElementType.Float32 => Fill(data, static e => (float)Number(e)),
            ElementType.Float64 => Fill(data, Number),
            ElementType.Float16 => Fill(data, static e => (Half)Number(e)),
            ElementType.Int64 => Fill(data, static e => e.GetInt64()),
            ElementType.UInt64 => Fill(data, static e => e.GetUInt64()),
            ElementType.Int32 => Fill(data, static e => e.GetInt32()),
            ElementType.UInt32 => Fill(data, static e => e.GetUInt32()),
            ElementType.Int16 => Fill(data, static e => e.GetInt16()),
            ElementType.UInt16 => Fill(data, static e => e.GetUInt16()),
            ElementType.Int8 => Fill(data, static e => e.GetSByte()),
            ElementType.UInt8 => Fill(data, static e => e.GetByte()),
            ElementType.Bool => Fill(data, static e => e.GetBoolean()),
            ElementType.String => Fill(data, static e => e.GetString() ?? ""),
            _ => throw new ModelLoadException($"{where}: expected 'base64' for elements of type {Type}, got numbers. Use 'base64' instead of 'data'."),
        };
    }

    private TensorValue Fill<T>(JsonElement data, Func<JsonElement, T> read)
    {
        var items = new T[data.GetArrayLength()];
        int i = 0;
        foreach (JsonElement element in data.EnumerateArray())
        {
            items[i++] = read(element);
        }

        return TensorValue.Copy(items, Shape);
    }

    private static double Number(JsonElement element) =>
        element.ValueKind == JsonValueKind.String ? double.Parse(element.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture) : element.GetDouble();
}
