namespace Inference.Onnx.Serialization;

internal static partial class OnnxWriter
{
    public static void Write(ref ProtoWriter writer, OnnxSequence sequence)
    {
        writer.OptionalString(1, sequence.Name);
        writer.OptionalInt64(2, (long)sequence.ElementKind);
        All(ref writer, 3, sequence.Tensors, Write);
        All(ref writer, 4, sequence.SparseTensors, Write);
        All(ref writer, 5, sequence.Sequences, Write);
        All(ref writer, 6, sequence.Maps, Write);
        All(ref writer, 7, sequence.Optionals, Write);
        writer.Unknown(sequence.Unknown);
    }

    public static void Write(ref ProtoWriter writer, OnnxMap map)
    {
        writer.OptionalString(1, map.Name);
        writer.OptionalInt64(2, (long)map.KeyType);
        writer.Int64s(3, map.Keys);
        foreach (var key in map.StringKeys)
        {
            writer.Bytes(4, key.Span);
        }

        Optional(ref writer, 5, map.Values, Write);
        writer.Unknown(map.Unknown);
    }

    public static void Write(ref ProtoWriter writer, OnnxOptional optional)
    {
        writer.OptionalString(1, optional.Name);
        writer.OptionalInt64(2, (long)optional.ElementKind);
        Optional(ref writer, 3, optional.Tensor, Write);
        Optional(ref writer, 4, optional.SparseTensor, Write);
        Optional(ref writer, 5, optional.Sequence, Write);
        Optional(ref writer, 6, optional.Map, Write);
        Optional(ref writer, 7, optional.Optional, Write);
        writer.Unknown(optional.Unknown);
    }
}
