using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Inference.Remote.Wire;

/// <summary>Writes the JSON of a request.</summary>
internal static class RestRequest
{
    private static readonly JsonWriterOptions s_options = new() { SkipValidation = true };

    /// <summary>Writes the JSON of a call whose tensors follow in binary form.</summary>
    /// <returns>The number of bytes of each tensor.</returns>
    public static int[] WriteBinary(InferCall call, IBufferWriter<byte> to, TimeSpan? timeout)
    {
        int[] sizes = new int[call.Inputs.Count];
        Write(call, to, timeout, binary: true, (json, name, tensor, i) =>
        {
            long size = tensor.ElementType == ElementType.String ? WireStrings.ByteCount(name, tensor.AsSpan<string>()) : tensor.ByteCount;
            if (size > int.MaxValue)
            {
                throw new InvalidInputException($"Input '{name}': expected at most {int.MaxValue} bytes, got {size}. Send fewer rows.") { Input = name };
            }

            sizes[i] = (int)size;
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", size);
            json.WriteEndObject();
        });
        return sizes;
    }

    /// <summary>Writes a call with its tensors in JSON.</summary>
    public static void WriteJson(InferCall call, IBufferWriter<byte> to, TimeSpan? timeout) => Write(call, to, timeout, binary: false, static (json, name, tensor, _) =>
    {
        json.WriteStartArray("data");
        JsonElements.Write(json, name, tensor);
        json.WriteEndArray();
    });

    private static void Write(InferCall call, IBufferWriter<byte> to, TimeSpan? timeout, bool binary, Action<Utf8JsonWriter, string, TensorValue, int> data)
    {
        using var json = new Utf8JsonWriter(to, s_options);
        json.WriteStartObject();
        if (call.Id is { } id)
        {
            json.WriteString("id", id);
        }

        int priority = InferCall.PriorityNumber(call.Priority);
        if (binary || priority != 0 || timeout is not null)
        {
            json.WriteStartObject("parameters");
            if (binary)
            {
                json.WriteBoolean("binary_data_output", true);
            }

            if (priority != 0)
            {
                json.WriteNumber("priority", priority);
            }

            if (timeout is { } time)
            {
                json.WriteNumber("timeout", Math.Max((long)time.TotalMicroseconds, 1));
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("inputs");
        for (int i = 0; i < call.Inputs.Count; i++)
        {
            (string name, ModelValue value) = call.Inputs.GetAt(i);
            TensorValue tensor = InferCall.Tensor(name, value);
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("datatype", WireType.NameOf(name, tensor.ElementType));
            json.WriteStartArray("shape");
            foreach (long dimension in tensor.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            data(json, name, tensor, i);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The path of a model, escaped.</summary>
    public static string Path(string model, string? version) => version is null
        ? string.Create(CultureInfo.InvariantCulture, $"v2/models/{Uri.EscapeDataString(model)}")
        : string.Create(CultureInfo.InvariantCulture, $"v2/models/{Uri.EscapeDataString(model)}/versions/{Uri.EscapeDataString(version)}");
}
