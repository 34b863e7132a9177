using System.Text;
using Inference.Onnx;

namespace Inference.Cli.Data;

/// <summary>Reads and writes values as ONNX protobuf files (TensorProto, SequenceProto, OptionalProto, MapProto).</summary>
internal static class ProtobufValues
{
    /// <summary>Reads a file as a value of the kind the model declares.</summary>
    public static ModelValue Read(string path, ModelValueType type)
    {
        try
        {
            return Read(File.ReadAllBytes(path), type);
        }
        catch (OnnxFormatException exception)
        {
            throw new InferenceException($"'{path}': expected a {type.Kind} in ONNX protobuf format: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a value of the kind the model declares.</summary>
    /// <exception cref="OnnxFormatException">The bytes do not contain such a value.</exception>
    public static ModelValue Read(byte[] bytes, ModelValueType type) => type.Kind switch
    {
        ModelValueKind.Tensor => FromOnnx(OnnxTensor.Read(bytes)),
        ModelValueKind.Sequence => FromOnnx(OnnxSequence.Read(bytes)),
        ModelValueKind.Map => FromOnnx(OnnxMap.Read(bytes)),
        _ => ReadOptional(bytes, type),
    };

    /// <summary>Serializes a value as a TensorProto, SequenceProto, MapProto or OptionalProto.</summary>
    public static byte[] Write(string name, ModelValue value) => value switch
    {
        TensorValue tensor => ToOnnx(name, tensor).ToArray(),
        SequenceValue sequence => ToOnnx(name, sequence).ToArray(),
        MapValue map => ToOnnx(name, map).ToArray(),
        _ => ToOnnx(name, (OptionalValue)value).ToArray(),
    };

    private static OnnxTensor ToOnnx(string name, TensorValue tensor) => tensor.ElementType == ElementType.String
        ? OnnxTensor.FromStrings(name, tensor.AsSpan<string>(), tensor.Shape)
        : OnnxTensor.FromBytes(name, (OnnxElementType)(int)tensor.ElementType, tensor.AsBytes().ToArray(), tensor.Shape);

    private static OnnxSequence ToOnnx(string name, SequenceValue sequence)
    {
        var result = new OnnxSequence { Name = name, ElementKind = OnnxValueKind.Tensor };
        foreach (ModelValue item in sequence.Items)
        {
            switch (item)
            {
                case TensorValue tensor:
                    result.Tensors.Add(ToOnnx("", tensor));
                    break;
                case MapValue map:
                    result.ElementKind = OnnxValueKind.Map;
                    result.Maps.Add(ToOnnx("", map));
                    break;
                case SequenceValue inner:
                    result.ElementKind = OnnxValueKind.Sequence;
                    result.Sequences.Add(ToOnnx("", inner));
                    break;
                default:
                    result.ElementKind = OnnxValueKind.Optional;
                    result.Optionals.Add(ToOnnx("", (OptionalValue)item));
                    break;
            }
        }

        return result;
    }

    private static OnnxOptional ToOnnx(string name, OptionalValue optional) => optional.Value switch
    {
        null => new OnnxOptional { Name = name },
        TensorValue tensor => new OnnxOptional { Name = name, ElementKind = OnnxValueKind.Tensor, Tensor = ToOnnx("", tensor) },
        SequenceValue sequence => new OnnxOptional { Name = name, ElementKind = OnnxValueKind.Sequence, Sequence = ToOnnx("", sequence) },
        MapValue map => new OnnxOptional { Name = name, ElementKind = OnnxValueKind.Map, Map = ToOnnx("", map) },
        var inner => new OnnxOptional { Name = name, ElementKind = OnnxValueKind.Optional, Optional = ToOnnx("", (OptionalValue)inner) },
    };

    private static OnnxMap ToOnnx(string name, MapValue map)
    {
        var values = new OnnxSequence { ElementKind = OnnxValueKind.Tensor };
        int size = map.Values.ElementType == ElementType.String ? 0 : map.Values.ElementType.BitWidth() / 8;
        for (int i = 0; i < map.Count; i++)
        {
            values.Tensors.Add(size == 0
                ? OnnxTensor.FromStrings("", map.Values.AsSpan<string>().Slice(i, 1), [])
                : OnnxTensor.FromBytes("", (OnnxElementType)(int)map.Values.ElementType, map.Values.AsBytes().Slice(i * size, size).ToArray(), []));
        }

        return map.Keys.ElementType == ElementType.String
            ? new OnnxMap { Name = name, KeyType = OnnxElementType.String, StringKeys = [.. map.Keys.AsSpan<string>().ToArray().Select(k => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(k))], Values = values }
            : new OnnxMap { Name = name, KeyType = OnnxElementType.Int64, Keys = map.Keys.AsSpan<long>().ToArray(), Values = values };
    }

    public static TensorValue FromOnnx(OnnxTensor tensor)
    {
        if (tensor.ElementType == OnnxElementType.String)
        {
            return TensorValue.Copy<string>([.. tensor.StringData.Select(s => Encoding.UTF8.GetString(s.Span))], tensor.Dims);
        }

        TensorValue result = TensorValue.Allocate((ElementType)(int)tensor.ElementType, tensor.Dims);
        tensor.GetBytes().Span.CopyTo(result.AsWritableBytes());
        return result;
    }

    private static SequenceValue FromOnnx(OnnxSequence sequence) => new(sequence.ElementKind switch
    {
        OnnxValueKind.Sequence => sequence.Sequences.Select(ModelValue (s) => FromOnnx(s)),
        OnnxValueKind.Map => sequence.Maps.Select(ModelValue (m) => FromOnnx(m)),
        OnnxValueKind.Optional => sequence.Optionals.Select(ModelValue (o) => FromOnnx(o)),
        _ => sequence.Tensors.Select(ModelValue (t) => FromOnnx(t)),
    });

    private static OptionalValue FromOnnx(OnnxOptional optional) => new(
        optional.Tensor is { } tensor ? FromOnnx(tensor)
        : optional.Sequence is { } sequence ? FromOnnx(sequence)
        : optional.Map is { } map ? FromOnnx(map)
        : optional.Optional is { } inner ? FromOnnx(inner)
        : null);

    private static MapValue FromOnnx(OnnxMap map)
    {
        TensorValue keys = map.KeyType == OnnxElementType.String
            ? TensorValue.Copy<string>([.. map.StringKeys.Select(s => Encoding.UTF8.GetString(s.Span))], [map.StringKeys.Count])
            : TensorValue.Copy<long>(map.Keys, [map.Keys.Length]);
        ModelValue[] values = [.. FromOnnx(map.Values ?? new OnnxSequence()).Items];
        return new MapValue(keys, Stack([.. values.Cast<TensorValue>()]));
    }

    private static TensorValue Stack(TensorValue[] scalars)
    {
        if (scalars.Length == 0)
        {
            return TensorValue.Allocate(ElementType.Float32, [0]);
        }

        if (scalars[0].ElementType == ElementType.String)
        {
            return TensorValue.Copy<string>([.. scalars.Select(static scalar => scalar.AsSpan<string>()[0])], [scalars.Length]);
        }

        TensorValue result = TensorValue.Allocate(scalars[0].ElementType, [scalars.Length]);
        int size = scalars[0].ElementType.BitWidth() / 8;
        for (int i = 0; i < scalars.Length; i++)
        {
            scalars[i].AsBytes().CopyTo(result.AsWritableBytes()[(i * size)..]);
        }

        return result;
    }

    // Files contain an optional either as OptionalProto or as its bare value.
    private static ModelValue ReadOptional(byte[] bytes, ModelValueType type)
    {
        try
        {
            OnnxOptional optional = OnnxOptional.Read(bytes);
            if (optional.HasValue || bytes.Length == 0 || optional.ElementKind != default || optional.Name.Length > 0)
            {
                return FromOnnx(optional);
            }
        }
        catch (OnnxFormatException)
        {
            // Not an OptionalProto: read as the bare value below.
        }

        return type.Element?.Kind == ModelValueKind.Sequence ? FromOnnx(OnnxSequence.Read(bytes)) : FromOnnx(OnnxTensor.Read(bytes));
    }
}
