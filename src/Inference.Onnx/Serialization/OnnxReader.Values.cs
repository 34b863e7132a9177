using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

internal static partial class OnnxReader
{
    public static OnnxSequence ReadSequence(ReadContext context)
    {
        var reader = new ProtoReader(context);
        return ReadSequenceFields(ref reader, new());
    }

    public static OnnxMap ReadMap(ReadContext context)
    {
        var reader = new ProtoReader(context);
        return ReadMapFields(ref reader, new());
    }

    public static OnnxOptional ReadOptional(ReadContext context)
    {
        var reader = new ProtoReader(context);
        return ReadOptionalFields(ref reader, new());
    }

    private static OnnxSequence ReadSequence(ref ProtoReader reader, OnnxSequence? sequence, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        sequence = ReadSequenceFields(ref reader, sequence ?? new());
        reader.Leave(outer);
        return sequence;
    }

    private static OnnxMap ReadMap(ref ProtoReader reader, OnnxMap? map, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        map = ReadMapFields(ref reader, map ?? new());
        reader.Leave(outer);
        return map;
    }

    private static OnnxOptional ReadOptional(ref ProtoReader reader, OnnxOptional? optional, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        optional = ReadOptionalFields(ref reader, optional ?? new());
        reader.Leave(outer);
        return optional;
    }

    private static OnnxSequence ReadSequenceFields(ref ProtoReader reader, OnnxSequence sequence)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: sequence.Name = reader.String("name"); break;
                case 2: sequence.ElementKind = (OnnxValueKind)reader.Int32("elem_type"); break;
                case 3: sequence.Tensors.Add(ReadTensor(ref reader, null, "tensor_values", sequence.Tensors.Count)); break;
                case 4: sequence.SparseTensors.Add(ReadSparse(ref reader, null, "sparse_tensor_values", sequence.SparseTensors.Count)); break;
                case 5: sequence.Sequences.Add(ReadSequence(ref reader, null, "sequence_values", sequence.Sequences.Count)); break;
                case 6: sequence.Maps.Add(ReadMap(ref reader, null, "map_values", sequence.Maps.Count)); break;
                case 7: sequence.Optionals.Add(ReadOptional(ref reader, null, "optional_values", sequence.Optionals.Count)); break;
                default: sequence.Unknown = reader.Skip(sequence.Unknown); break;
            }
        }

        return sequence;
    }

    private static OnnxMap ReadMapFields(ref ProtoReader reader, OnnxMap map)
    {
        var keys = new RepeatedBuilder<long>(map.Keys);
        var stringKeys = new List<ReadOnlyMemory<byte>>(map.StringKeys);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: map.Name = reader.String("name"); break;
                case 2: map.KeyType = (OnnxElementType)reader.Int32("key_type"); break;
                case 3: reader.Int64s(ref keys, "keys"); break;
                case 4: stringKeys.Add(reader.Bytes("string_keys")); break;
                case 5: map.Values = ReadSequence(ref reader, map.Values, "values"); break;
                default: map.Unknown = reader.Skip(map.Unknown); break;
            }
        }

        map.Keys = keys.ToArray();
        map.StringKeys = stringKeys;
        return map;
    }

    private static OnnxOptional ReadOptionalFields(ref ProtoReader reader, OnnxOptional optional)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: optional.Name = reader.String("name"); break;
                case 2: optional.ElementKind = (OnnxValueKind)reader.Int32("elem_type"); break;
                case 3: optional.Tensor = ReadTensor(ref reader, optional.Tensor, "tensor_value"); break;
                case 4: optional.SparseTensor = ReadSparse(ref reader, optional.SparseTensor, "sparse_tensor_value"); break;
                case 5: optional.Sequence = ReadSequence(ref reader, optional.Sequence, "sequence_value"); break;
                case 6: optional.Map = ReadMap(ref reader, optional.Map, "map_value"); break;
                case 7: optional.Optional = ReadOptional(ref reader, optional.Optional, "optional_value"); break;
                default: optional.Unknown = reader.Skip(optional.Unknown); break;
            }
        }

        return optional;
    }
}
