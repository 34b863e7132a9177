namespace Inference.Onnx.Serialization;

internal static partial class OnnxWriter
{
    private static void Write(ref ProtoWriter writer, OnnxValueInfo info)
    {
        writer.OptionalString(1, info.Name);
        Optional(ref writer, 2, info.Type, Write);
        writer.OptionalString(3, info.DocString);
        if (info.HasMetadata)
        {
            Entries(ref writer, 4, info.Metadata);
        }

        writer.Unknown(info.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxType type)
    {
        // Kinds have the numbers of their fields; 6 is the denotation.
        if ((int)type.Kind < 6)
        {
            WriteAlternative(ref writer, type);
        }

        writer.OptionalString(6, type.Denotation);
        if ((int)type.Kind > 6)
        {
            WriteAlternative(ref writer, type);
        }

        writer.Unknown(type.Unknown);
    }

    private static void WriteAlternative(ref ProtoWriter writer, OnnxType type)
    {
        if (type.Kind == OnnxTypeKind.None)
        {
            return;
        }

        var begun = writer.Begin((int)type.Kind);
        switch (type.Kind)
        {
            case OnnxTypeKind.Tensor or OnnxTypeKind.SparseTensor:
                writer.OptionalInt64(1, (long)type.ElementType);
                Optional(ref writer, 2, type.Shape, Write);
                break;
            case OnnxTypeKind.Sequence or OnnxTypeKind.Optional:
                Optional(ref writer, 1, type.Element, Write);
                break;
            case OnnxTypeKind.Map:
                writer.OptionalInt64(1, (long)type.KeyType);
                Optional(ref writer, 2, type.Element, Write);
                break;
            case OnnxTypeKind.Opaque:
                writer.OptionalString(1, type.OpaqueDomain);
                writer.OptionalString(2, type.OpaqueName);
                break;
            default:
                throw new InvalidOperationException($"ONNX type: expected a known kind, got {(int)type.Kind}. Set OnnxType.Kind.");
        }

        writer.Unknown(type.InnerUnknown);
        writer.End(begun);
    }

    private static void Write(ref ProtoWriter writer, OnnxShape shape)
    {
        foreach (var dimension in shape.Dimensions)
        {
            var begun = writer.Begin(1);
            WriteExtent(ref writer, dimension);
            writer.OptionalString(3, dimension.Denotation);
            writer.End(begun);
        }

        writer.Unknown(shape.Unknown);
    }

    private static void WriteExtent(ref ProtoWriter writer, OnnxDimension dimension)
    {
        if (dimension.Value is { } value)
        {
            writer.Int64(1, value);
        }
        else if (dimension.Param is { } param)
        {
            writer.String(2, param);
        }
    }
}
