namespace Inference.Onnx.Serialization;

internal static partial class OnnxWriter
{
    private static void Write(ref ProtoWriter writer, OnnxAttribute attribute)
    {
        // The value selected by Kind is written even if it is the default, so that readers find one; a reference has none.
        var stated = attribute.RefAttributeName.Length > 0 ? OnnxAttributeKind.Undefined : attribute.Kind;
        RequireValue(attribute, stated);
        writer.OptionalString(1, attribute.Name);
        if (stated == OnnxAttributeKind.Float || BitConverter.SingleToUInt32Bits(attribute.Float) != 0)
        {
            writer.Float(2, attribute.Float);
        }

        if (stated == OnnxAttributeKind.Int || attribute.Int != 0)
        {
            writer.Int64(3, attribute.Int);
        }

        if (stated == OnnxAttributeKind.String || !attribute.StringBytes.IsEmpty)
        {
            writer.Bytes(4, attribute.StringBytes.Span);
        }

        Optional(ref writer, 5, attribute.Tensor, Write);
        Optional(ref writer, 6, attribute.Graph, Write);
        foreach (var value in attribute.Floats)
        {
            writer.Float(7, value);
        }

        writer.Int64s(8, attribute.Ints);
        foreach (var value in attribute.StringsBytes)
        {
            writer.Bytes(9, value.Span);
        }

        Each(ref writer, 10, attribute.Tensors, Write);
        Each(ref writer, 11, attribute.Graphs, Write);
        writer.OptionalString(13, attribute.DocString);
        Optional(ref writer, 14, attribute.Type, Write);
        Each(ref writer, 15, attribute.Types, Write);
        writer.OptionalInt64(20, (long)attribute.Kind);
        writer.OptionalString(21, attribute.RefAttributeName);
        Optional(ref writer, 22, attribute.SparseTensor, Write);
        Each(ref writer, 23, attribute.SparseTensors, Write);
        writer.Unknown(attribute.Unknown);
    }

    private static void RequireValue(OnnxAttribute attribute, OnnxAttributeKind kind)
    {
        var missing = kind switch
        {
            OnnxAttributeKind.Tensor => attribute.Tensor is null,
            OnnxAttributeKind.Graph => attribute.Graph is null,
            OnnxAttributeKind.SparseTensor => attribute.SparseTensor is null,
            OnnxAttributeKind.Type => attribute.Type is null,
            _ => false,
        };
        if (missing)
        {
            throw new InvalidOperationException($"Attribute '{attribute.Name}': expected a value of kind {kind}, got null. Set the property of that kind.");
        }
    }

    private static void Each<T>(ref ProtoWriter writer, int field, T[] messages, Fields<T> fields)
    {
        foreach (var message in messages)
        {
            Nested(ref writer, field, message, fields);
        }
    }
}
