using System.Buffers;
using System.Text.Json;

namespace Inference.Remote.Wire;

/// <summary>Reads the body of an answer: JSON, after which tensors may follow in binary form.</summary>
internal static class RestReply
{
    // More than ONNX models have.
    private const int MostDimensions = 64;

    /// <summary>Reads an answer.</summary>
    /// <param name="body">The body.</param>
    /// <param name="header">The number of bytes of JSON.</param>
    /// <exception cref="ModelRunException">The body is not valid.</exception>
    public static InferReply Read(ReadOnlyMemory<byte> body, int header)
    {
        var outputs = new NamedValues();
        try
        {
            string version = "";
            ReadOnlyMemory<byte> binary = body[header..];
            var json = new Utf8JsonReader(body.Span[..header]);
            Expect(json.Read() && json.TokenType == JsonTokenType.StartObject, "an object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("outputs"u8))
                {
                    Expect(json.Read() && json.TokenType == JsonTokenType.StartArray, "an array of outputs");
                    while (json.Read() && json.TokenType == JsonTokenType.StartObject)
                    {
                        ReadOutput(ref json, header, outputs, ref binary);
                    }
                }
                else if (json.ValueTextEquals("model_version"u8))
                {
                    json.Read();
                    version = json.TokenType == JsonTokenType.String ? json.GetString()! : "";
                }
                else
                {
                    json.Skip();
                }
            }

            Expect(binary.IsEmpty, "no data after the last output");
            return new InferReply(version, outputs);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            outputs.Dispose();
            throw new ModelRunException($"The server's answer is not valid: {exception.Message}", exception);
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    /// <summary>Reads the description of a model.</summary>
    /// <exception cref="ModelLoadException">The body is not valid.</exception>
    public static RemoteSignature ReadSignature(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            var properties = new Dictionary<string, string>(StringComparer.Ordinal);
            if (root.TryGetProperty("properties", out JsonElement given) && given.ValueKind == JsonValueKind.Object)
            {
                foreach (JsonProperty property in given.EnumerateObject())
                {
                    properties[property.Name] = property.Value.ToString();
                }
            }

            return new RemoteSignature(
                Text(root, "name"),
                root.TryGetProperty("versions", out JsonElement versions) && versions.ValueKind == JsonValueKind.Array ? [.. versions.EnumerateArray().Select(v => v.ToString())] : [],
                Text(root, "platform"),
                Ports(root, "inputs"),
                Ports(root, "outputs"),
                properties);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelLoadException($"The server's description of the model is not valid: {exception.Message}", exception);
        }
    }

    private static void ReadOutput(ref Utf8JsonReader json, int header, NamedValues outputs, ref ReadOnlyMemory<byte> binary)
    {
        string name = "";
        ElementType type = ElementType.Undefined;
        var shape = new List<long>();
        long size = -1;
        Utf8JsonReader data = default;
        bool hasData = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("name"u8))
            {
                json.Read();
                name = json.GetString() ?? "";
            }
            else if (json.ValueTextEquals("datatype"u8))
            {
                json.Read();
                type = WireType.ParseOutput(name, json.GetString() ?? "");
            }
            else if (json.ValueTextEquals("shape"u8))
            {
                Expect(json.Read() && json.TokenType == JsonTokenType.StartArray, "an array as the shape");
                while (json.Read() && json.TokenType == JsonTokenType.Number)
                {
                    Expect(shape.Count < MostDimensions, $"at most {MostDimensions} dimensions");
                    shape.Add(json.GetInt64());
                }
            }
            else if (json.ValueTextEquals("parameters"u8))
            {
                size = ReadBinarySize(ref json);
            }
            else if (json.ValueTextEquals("data"u8))
            {
                Expect(json.Read() && json.TokenType == JsonTokenType.StartArray, "an array of data");
                data = json;
                hasData = true;
                json.Skip();
            }
            else
            {
                json.Skip();
            }
        }

        long[] dimensions = [.. shape];
        Expect(name.Length > 0 && !outputs.ContainsKey(name), "outputs with different names");
        Expect(type != ElementType.Undefined, $"a data type of output '{name}'");
        if (size >= 0)
        {
            Expect(size <= binary.Length, $"{size} bytes of output '{name}'");
            outputs.Add(name, OutputTensor.FromBytes(name, type, dimensions, new ReadOnlySequence<byte>(binary[..(int)size])));
            binary = binary[(int)size..];
        }
        else
        {
            Expect(hasData, $"data of output '{name}'");
            outputs.Add(name, JsonElements.Read(ref data, name, type, dimensions, header));
        }
    }

    private static long ReadBinarySize(ref Utf8JsonReader json)
    {
        long size = -1;
        if (json.Read() && json.TokenType == JsonTokenType.Null)
        {
            return size;
        }

        Expect(json.TokenType == JsonTokenType.StartObject, "an object of parameters");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("binary_data_size"u8))
            {
                json.Read();
                size = json.GetInt64();
                Expect(size >= 0, "a size of binary data of 0 or more");
            }
            else
            {
                json.Skip();
            }
        }

        return size;
    }

    private static IReadOnlyList<ModelPort> Ports(JsonElement root, string property)
    {
        if (!root.TryGetProperty(property, out JsonElement ports) || ports.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        var result = new List<ModelPort>();
        foreach (JsonElement port in ports.EnumerateArray())
        {
            long[] shape = port.TryGetProperty("shape", out JsonElement given) ? [.. given.EnumerateArray().Select(d => d.GetInt64())] : [];
            result.Add(RemoteSignature.Port(Text(port, "name"), Text(port, "datatype"), shape));
        }

        return result;
    }

    private static string Text(JsonElement element, string property) => element.TryGetProperty(property, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static void Expect(bool condition, string what)
    {
        if (!condition)
        {
            throw new ModelRunException($"The server's answer is not valid: expected {what}.");
        }
    }
}
