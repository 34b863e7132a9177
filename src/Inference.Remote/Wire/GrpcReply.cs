using System.Buffers;

namespace Inference.Remote.Wire;

/// <summary>Reads the messages that the client receives. Field numbers are those of the protocol's service definition.</summary>
internal static class GrpcReply
{
    // More than ONNX models have.
    private const int MostDimensions = 64;

    private sealed class Output
    {
        public string Name = "";
        public ElementType Type;
        public readonly List<long> Shape = [];
        public ReadOnlySequence<byte>? Contents;
    }

    /// <summary>Reads a ModelInferResponse.</summary>
    /// <exception cref="ModelRunException">It is not valid.</exception>
    public static InferReply ReadInfer(in ReadOnlySequence<byte> message)
    {
        string version = "";
        var outputs = new List<Output>();
        var raw = new List<ReadOnlySequence<byte>>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2: version = reader.Text(); break;
                case 5: outputs.Add(ReadOutput(reader.Bytes())); break;
                case 6: raw.Add(reader.Bytes()); break;
                default: reader.Skip(); break;
            }
        }

        if (raw.Count > 0 && raw.Count != outputs.Count)
        {
            throw new ModelRunException($"The server's answer is not valid: expected data of {outputs.Count} outputs, got {raw.Count}.");
        }

        var values = new NamedValues(Math.Max(outputs.Count, 1));
        try
        {
            for (int i = 0; i < outputs.Count; i++)
            {
                Output output = outputs[i];
                long[] shape = [.. output.Shape];
                if (output.Name.Length == 0 || values.ContainsKey(output.Name))
                {
                    throw new ModelRunException($"The server's answer is not valid: expected outputs with different names, got '{output.Name}' as output {i}.");
                }

                values.Add(output.Name, raw.Count > 0
                    ? OutputTensor.FromBytes(output.Name, output.Type, shape, raw[i])
                    : TypedContents.Read(output.Name, output.Type, shape, output.Contents ?? ReadOnlySequence<byte>.Empty));
            }

            return new InferReply(version, values);
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    /// <summary>Reads a ModelMetadataResponse.</summary>
    /// <exception cref="ModelRunException">It is not valid.</exception>
    public static RemoteSignature ReadSignature(in ReadOnlySequence<byte> message)
    {
        string name = "";
        string platform = "";
        var versions = new List<string>();
        var inputs = new List<ModelPort>();
        var outputs = new List<ModelPort>();
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text(); break;
                case 2: versions.Add(reader.Text()); break;
                case 3: platform = reader.Text(); break;
                case 4: inputs.Add(ReadPort(reader.Bytes())); break;
                case 5: outputs.Add(ReadPort(reader.Bytes())); break;
                case 6:
                    (string key, string value) = ReadEntry(reader.Bytes());
                    properties[key] = value;
                    break;
                default: reader.Skip(); break;
            }
        }

        return new RemoteSignature(name, versions, platform, inputs, outputs, properties);
    }

    private static Output ReadOutput(in ReadOnlySequence<byte> message)
    {
        var output = new Output();
        string type = "";
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: output.Name = reader.Text(); break;
                case 2: type = reader.Text(); break;
                case 3: ReadShape(ref reader, output.Shape); break;
                case 5: output.Contents = reader.Bytes(); break;
                default: reader.Skip(); break;
            }
        }

        output.Type = WireType.ParseOutput(output.Name, type);
        return output;
    }

    private static ModelPort ReadPort(in ReadOnlySequence<byte> message)
    {
        string name = "";
        string type = "";
        var shape = new List<long>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: name = reader.Text(); break;
                case 2: type = reader.Text(); break;
                case 3: ReadShape(ref reader, shape); break;
                default: reader.Skip(); break;
            }
        }

        return RemoteSignature.Port(name, type, [.. shape]);
    }

    private static (string Key, string Value) ReadEntry(in ReadOnlySequence<byte> message)
    {
        string key = "";
        string value = "";
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: key = reader.Text(); break;
                case 2: value = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }

        return (key, value);
    }

    private static void ReadShape(ref ProtoReader reader, List<long> shape)
    {
        if (reader.IsDelimited)
        {
            var packed = new ProtoReader(reader.Bytes());
            while (!packed.AtEnd)
            {
                Add(shape, packed.Varint());
            }
        }
        else
        {
            Add(shape, reader.Number());
        }
    }

    private static void Add(List<long> shape, ulong dimension)
    {
        if (shape.Count == MostDimensions)
        {
            throw new ModelRunException($"The server's answer is not valid: expected at most {MostDimensions} dimensions.");
        }

        shape.Add((long)dimension);
    }
}
