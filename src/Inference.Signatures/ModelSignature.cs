using System.Buffers;
using System.Text.Json;
using Inference.Onnx;

namespace Inference.Signatures;

/// <summary>The inputs and outputs that a model file declares.</summary>
/// <param name="model">The model.</param>
internal sealed class ModelSignature(OnnxModel model)
{
    /// <summary>The format version; the generator reads the same version.</summary>
    private const int Format = 1;

    /// <summary>Reads a file without its weights.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    /// <exception cref="OnnxFormatException">The content is not an ONNX model.</exception>
    public static ModelSignature Of(string path)
    {
        using OnnxModel model = OnnxModel.Load(path);
        return new(model);
    }

    /// <summary>
    /// <c>{"format":1,"model":NAME,"inputs":[PORT…],"outputs":[PORT…]}</c>; a port is <c>{"name":…,"optional":true,"type":TYPE}</c>; a type is <c>{"kind":"tensor","elements":"float32","shape":["N",64,null]}</c>,
    /// without a shape if the rank is unknown, or <c>{"kind":"sequence"|"optional"|"map","key":…,"element":TYPE}</c>, or null if the file does not state it.
    /// </summary>
    /// <param name="name">The path of the model as listed in the project.</param>
    public byte[] ToJson(string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteString("model", name);

            // Before IR version 4, all weights were listed as inputs; since then, an input with an initializer has a default value.
            HashSet<string> defaults = [.. model.Graph.Initializers.Select(static i => i.Name), .. model.Graph.SparseInitializers.Select(static i => i.Values.Name)];
            WritePorts(json, "inputs", model.Graph.Inputs.Where(i => model.IrVersion >= 4 || !defaults.Contains(i.Name)), defaults);
            WritePorts(json, "outputs", model.Graph.Outputs, []);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WritePorts(Utf8JsonWriter json, string list, IEnumerable<OnnxValueInfo> ports, HashSet<string> defaults)
    {
        json.WriteStartArray(list);
        foreach (OnnxValueInfo port in ports)
        {
            json.WriteStartObject();
            json.WriteString("name", port.Name);
            if (defaults.Contains(port.Name))
            {
                json.WriteBoolean("optional", true);
            }

            json.WritePropertyName("type");
            WriteType(json, port.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteType(Utf8JsonWriter json, OnnxType? type)
    {
        if (type?.Kind is not (OnnxTypeKind.Tensor or OnnxTypeKind.SparseTensor or OnnxTypeKind.Sequence or OnnxTypeKind.Optional or OnnxTypeKind.Map))
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        if (type.Kind is OnnxTypeKind.Tensor or OnnxTypeKind.SparseTensor)
        {
            json.WriteString("kind", "tensor");
            json.WriteString("elements", type.ElementType.Name());
            WriteShape(json, type.Shape);
        }
        else
        {
            json.WriteString("kind", type.Kind.ToString().ToLowerInvariant());
            if (type.Kind == OnnxTypeKind.Map)
            {
                json.WriteString("key", type.KeyType.Name());
            }

            json.WritePropertyName("element");
            WriteType(json, type.Element);
        }

        json.WriteEndObject();
    }

    private static void WriteShape(Utf8JsonWriter json, OnnxShape? shape)
    {
        if (shape is null)
        {
            return;
        }

        json.WriteStartArray("shape");
        foreach (OnnxDimension dimension in shape.Dimensions)
        {
            // Exporters write −1 for "any".
            if (dimension.Value is { } size && size >= 0)
            {
                json.WriteNumberValue(size);
            }
            else if (!string.IsNullOrEmpty(dimension.Param))
            {
                json.WriteStringValue(dimension.Param);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }
}
