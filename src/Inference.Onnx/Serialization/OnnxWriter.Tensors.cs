using System.Globalization;
using System.Runtime.InteropServices;

namespace Inference.Onnx.Serialization;

internal static partial class OnnxWriter
{
    public static void Write(ref ProtoWriter writer, OnnxTensor tensor)
    {
        writer.Int64s(1, tensor.Dims);
        writer.OptionalInt64(2, (long)tensor.ElementType);
        if (tensor.Segment is { } segment)
        {
            var begun = writer.Begin(3);
            writer.Int64(1, segment.Begin);
            writer.Int64(2, segment.End);
            writer.End(begun);
        }

        var placed = writer.Plan.TryFind(tensor, out var range);
        var external = placed || (tensor.HasExternalData && writer.Plan.KeepsReferences);
        var embedded = tensor.HasExternalData || placed;
        if (!embedded)
        {
            PackedBytes(ref writer, 4, tensor.FloatDataBytes);
            writer.PackedInt32s(5, tensor.Int32Data);
            foreach (var value in tensor.StringData)
            {
                writer.Bytes(6, value.Span);
            }

            writer.PackedInt64s(7, tensor.Int64Data);
        }

        writer.OptionalString(8, tensor.Name);
        if (embedded && !external)
        {
            writer.Bytes(9, tensor.GetBytes().Span);
        }
        else if (!embedded && tensor.RawData is { } raw)
        {
            writer.Bytes(9, raw.Span);
        }

        if (!embedded)
        {
            PackedBytes(ref writer, 10, tensor.DoubleDataBytes);
            writer.PackedInt64s(11, MemoryMarshal.Cast<ulong, long>(tensor.UInt64Data));
        }

        writer.OptionalString(12, tensor.DocString);
        WriteLocation(ref writer, tensor, placed ? range : null, external);
        if (tensor.HasMetadata)
        {
            Entries(ref writer, 16, tensor.Metadata);
        }

        writer.Unknown(tensor.Unknown);
    }

    public static void Write(ref ProtoWriter writer, OnnxSparseTensor sparse)
    {
        Nested(ref writer, 1, sparse.Values, Write);
        Nested(ref writer, 2, sparse.Indices, Write);
        writer.Int64s(3, sparse.Dims);
        writer.Unknown(sparse.Unknown);
    }

    private static void WriteLocation(ref ProtoWriter writer, OnnxTensor tensor, (long Offset, long Length)? placed, bool external)
    {
        if (placed is { } range)
        {
            Entry(ref writer, 13, "location", writer.Plan.FileName!);
            Entry(ref writer, 13, "offset", range.Offset.ToString(CultureInfo.InvariantCulture));
            Entry(ref writer, 13, "length", range.Length.ToString(CultureInfo.InvariantCulture));
        }
        else if (external && tensor.HasExternalEntries)
        {
            writer.Plan.CheckReference(tensor);
            Entries(ref writer, 13, tensor.ExternalData);
        }

        if (external)
        {
            writer.Int64(14, 1);
        }
    }

    private static void PackedBytes(ref ProtoWriter writer, int field, ReadOnlyMemory<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            writer.Bytes(field, bytes.Span);
        }
    }
}
