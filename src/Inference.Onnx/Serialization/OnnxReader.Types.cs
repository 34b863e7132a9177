namespace Inference.Onnx.Serialization;

internal static partial class OnnxReader
{
    private static OnnxValueInfo ReadValueInfo(ref ProtoReader reader, string name, int index)
    {
        var outer = reader.Enter(name, index);
        var info = new OnnxValueInfo();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: info.Name = reader.String("name"); break;
                case 2: info.Type = ReadType(ref reader, info.Type, "type"); break;
                case 3: info.DocString = reader.String("doc_string"); break;
                case 4: ReadEntry(ref reader, info.Metadata, "metadata_props"); break;
                default: info.Unknown = reader.Skip(info.Unknown); break;
            }
        }

        reader.Leave(outer);
        return info;
    }

    private static OnnxType ReadType(ref ProtoReader reader, OnnxType? type, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        type ??= new();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: ReadTensorType(ref reader, Switch(type, OnnxTypeKind.Tensor), "tensor_type"); break;
                case 4: ReadElementType(ref reader, Switch(type, OnnxTypeKind.Sequence), "sequence_type"); break;
                case 5: ReadMapType(ref reader, Switch(type, OnnxTypeKind.Map)); break;
                case 6: type.Denotation = reader.String("denotation"); break;
                case 7: ReadOpaqueType(ref reader, Switch(type, OnnxTypeKind.Opaque)); break;
                case 8: ReadTensorType(ref reader, Switch(type, OnnxTypeKind.SparseTensor), "sparse_tensor_type"); break;
                case 9: ReadElementType(ref reader, Switch(type, OnnxTypeKind.Optional), "optional_type"); break;
                default: type.Unknown = reader.Skip(type.Unknown); break;
            }
        }

        reader.Leave(outer);
        return type;
    }

    /// <summary>Of the alternatives of a type the last one in the file counts: what an earlier one set is dropped.</summary>
    private static OnnxType Switch(OnnxType type, OnnxTypeKind kind)
    {
        if (type.Kind != kind)
        {
            type.Kind = kind;
            type.ElementType = type.KeyType = OnnxElementType.Undefined;
            type.Shape = null;
            type.Element = null;
            type.OpaqueDomain = type.OpaqueName = "";
            type.InnerUnknown = null;
        }

        return type;
    }

    private static void ReadTensorType(ref ProtoReader reader, OnnxType type, string name)
    {
        var outer = reader.Enter(name);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type.ElementType = (OnnxElementType)reader.Int32("elem_type"); break;
                case 2: ReadShape(ref reader, type.Shape ??= new()); break;
                default: type.InnerUnknown = reader.Skip(type.InnerUnknown); break;
            }
        }

        reader.Leave(outer);
    }

    private static void ReadElementType(ref ProtoReader reader, OnnxType type, string name)
    {
        var outer = reader.Enter(name);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type.Element = ReadType(ref reader, type.Element, "elem_type"); break;
                default: type.InnerUnknown = reader.Skip(type.InnerUnknown); break;
            }
        }

        reader.Leave(outer);
    }

    private static void ReadMapType(ref ProtoReader reader, OnnxType type)
    {
        var outer = reader.Enter("map_type");
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type.KeyType = (OnnxElementType)reader.Int32("key_type"); break;
                case 2: type.Element = ReadType(ref reader, type.Element, "value_type"); break;
                default: type.InnerUnknown = reader.Skip(type.InnerUnknown); break;
            }
        }

        reader.Leave(outer);
    }

    private static void ReadOpaqueType(ref ProtoReader reader, OnnxType type)
    {
        var outer = reader.Enter("opaque_type");
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type.OpaqueDomain = reader.String("domain"); break;
                case 2: type.OpaqueName = reader.String("name"); break;
                default: type.InnerUnknown = reader.Skip(type.InnerUnknown); break;
            }
        }

        reader.Leave(outer);
    }

    private static void ReadShape(ref ProtoReader reader, OnnxShape shape)
    {
        var outer = reader.Enter("shape");
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: shape.Dimensions.Add(ReadDimension(ref reader, "dim", shape.Dimensions.Count)); break;
                default: shape.Unknown = reader.Skip(shape.Unknown); break;
            }
        }

        reader.Leave(outer);
    }

    private static OnnxDimension ReadDimension(ref ProtoReader reader, string name, int index)
    {
        var outer = reader.Enter(name, index);
        var dimension = OnnxDimension.Unknown;
        List<ReadOnlyMemory<byte>>? unknown = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: dimension = OnnxDimension.Of(reader.Int64("dim_value")).WithDenotation(dimension.Denotation); break;
                case 2: dimension = OnnxDimension.Of(reader.String("dim_param")).WithDenotation(dimension.Denotation); break;
                case 3: dimension = dimension.WithDenotation(reader.String("denotation")); break;
                default: unknown = reader.Skip(unknown); break;
            }
        }

        reader.Leave(outer);
        return dimension;
    }
}
