using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Inference.Testing;

/// <summary>The lines of a file of recorded calls.</summary>
internal static class RecordText
{
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Identifies inputs by their names, types, shapes and contents, in any order.</summary>
    public static string Key(NamedValues inputs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, ModelValue value) in inputs.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Write(writer => WriteValue(writer, name, value))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public static void WriteInfo(Utf8JsonWriter writer, ModelInfo info)
    {
        writer.WriteStartObject();
        writer.WriteString("name", info.Name);
        writer.WriteString("version", info.Version);
        writer.WriteString("digest", info.Digest);
        writer.WriteString("provider", info.Provider);
        WritePorts(writer, "inputs", info, info.Inputs);
        WritePorts(writer, "outputs", info, info.Outputs);
        writer.WriteBoolean("batched", info.BatchAxis is not null);
        writer.WriteBoolean("rowIndependent", info.RowIndependent);
        writer.WriteBoolean("deterministic", info.Deterministic);
        writer.WriteStartObject("metadata");
        foreach ((string key, string value) in info.Metadata)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public static ModelInfo ReadInfo(JsonElement line) => new()
    {
        Name = line.GetProperty("name").GetString()!,
        Version = line.GetProperty("version").GetString()!,
        Digest = line.GetProperty("digest").GetString()!,
        Provider = line.GetProperty("provider").GetString()!,
        Inputs = ReadPorts(line.GetProperty("inputs")),
        Outputs = ReadPorts(line.GetProperty("outputs")),
        BatchAxis = line.GetProperty("batched").GetBoolean() ? 0 : null,
        RowIndependent = line.GetProperty("rowIndependent").GetBoolean(),
        Deterministic = line.GetProperty("deterministic").GetBoolean(),
        Metadata = line.GetProperty("metadata").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal),
    };

    public static void WriteValues(Utf8JsonWriter writer, string property, NamedValues values)
    {
        writer.WriteStartArray(property);
        foreach ((string name, ModelValue value) in values)
        {
            WriteValue(writer, name, value);
        }

        writer.WriteEndArray();
    }

    public static NamedValues ReadValues(JsonElement array)
    {
        var values = new NamedValues(array.GetArrayLength());
        foreach (JsonElement item in array.EnumerateArray())
        {
            long[] shape = [.. item.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())];
            ElementType type = Enum.Parse<ElementType>(item.GetProperty("type").GetString()!);
            TensorValue tensor = TensorValue.Allocate(type, shape);
            values.Add(item.GetProperty("name").GetString()!, tensor);
            if (type == ElementType.String)
            {
                // UTF-16 as it is: a text may hold a surrogate alone, which JSON cannot.
                string[] texts = [.. item.GetProperty("texts").EnumerateArray().Select(t => new string(MemoryMarshal.Cast<byte, char>(t.GetBytesFromBase64())))];
                texts.CopyTo(tensor.AsWritableSpan<string>());
            }
            else
            {
                item.GetProperty("data").GetBytesFromBase64().CopyTo(tensor.AsWritableBytes());
            }
        }

        return values;
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, ModelValue value)
    {
        TensorValue tensor = value as TensorValue ?? throw new InferenceException($"Value '{name}': expected a tensor, got a {value.Kind}, which cannot be recorded. Use FakeModelRunner.");
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("type", tensor.ElementType.ToString());
        writer.WriteStartArray("shape");
        foreach (long dimension in tensor.Shape)
        {
            writer.WriteNumberValue(dimension);
        }

        writer.WriteEndArray();
        if (tensor.ElementType == ElementType.String)
        {
            writer.WriteStartArray("texts");
            foreach (string text in tensor.AsSpan<string>())
            {
                writer.WriteBase64StringValue(MemoryMarshal.AsBytes(text.AsSpan()));
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteBase64String("data", tensor.AsBytes());
        }

        writer.WriteEndObject();
    }

    private static void WritePorts(Utf8JsonWriter writer, string property, ModelInfo info, IReadOnlyList<ModelPort> ports)
    {
        writer.WriteStartArray(property);
        foreach (ModelPort port in ports)
        {
            if (port.Type.Kind != ModelValueKind.Tensor)
            {
                throw new InferenceException($"Model '{info.Name}', '{port.Name}': expected a tensor, got {port.Type}, which cannot be recorded. Use FakeModelRunner.");
            }

            writer.WriteStartObject();
            writer.WriteString("name", port.Name);
            writer.WriteString("type", port.Type.ElementType.ToString());
            writer.WriteBoolean("optional", port.IsOptional);
            if (port.Shape is { } shape)
            {
                writer.WriteStartArray("shape");
                foreach (Dimension dimension in shape)
                {
                    if (dimension.Size is { } size)
                    {
                        writer.WriteNumberValue(size);
                    }
                    else
                    {
                        writer.WriteStringValue(dimension.Symbol);
                    }
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static ModelPort[] ReadPorts(JsonElement array) =>
    [
        .. array.EnumerateArray().Select(port => new ModelPort(
            port.GetProperty("name").GetString()!,
            ModelValueType.Tensor(
                Enum.Parse<ElementType>(port.GetProperty("type").GetString()!),
                port.TryGetProperty("shape", out JsonElement shape)
                    ? [.. shape.EnumerateArray().Select(d => d.ValueKind == JsonValueKind.Number ? Dimension.Fixed(d.GetInt64()) : d.GetString() is { } symbol ? Dimension.Named(symbol) : Dimension.Unknown)]
                    : null),
            port.GetProperty("optional").GetBoolean())),
    ];
}
