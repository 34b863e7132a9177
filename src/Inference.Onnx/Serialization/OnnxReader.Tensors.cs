using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

internal static partial class OnnxReader
{
    public static OnnxTensor ReadTensor(ReadContext context)
    {
        var reader = new ProtoReader(context);
        return ReadTensorFields(ref reader, new());
    }

    public static OnnxSparseTensor ReadSparse(ReadContext context)
    {
        var reader = new ProtoReader(context);
        return ReadSparseFields(ref reader, new());
    }

    private static OnnxTensor ReadTensor(ref ProtoReader reader, OnnxTensor? tensor, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        tensor = ReadTensorFields(ref reader, tensor ?? new());
        reader.Leave(outer);
        return tensor;
    }

    private static OnnxTensor ReadTensorFields(ref ProtoReader reader, OnnxTensor tensor)
    {
        var start = reader.Position;
        var dims = new RepeatedBuilder<long>(tensor.Dims);
        var floats = new JoinedBytes(tensor.FloatDataBytes);
        var doubles = new JoinedBytes(tensor.DoubleDataBytes);
        var int32s = new RepeatedBuilder<int>(tensor.Int32Data);
        var int64s = new RepeatedBuilder<long>(tensor.Int64Data);
        var uint64s = new RepeatedBuilder<long>(Array.ConvertAll(tensor.UInt64Data, n => (long)n));
        var strings = tensor.StringData.Count == 0 ? null : new List<ReadOnlyMemory<byte>>(tensor.StringData);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: reader.Int64s(ref dims, "dims"); break;
                case 2: tensor.ElementType = (OnnxElementType)reader.Int32("data_type"); break;
                case 3: tensor.Segment = ReadSegment(ref reader, tensor.Segment ?? default); break;
                case 4: reader.FixedBytes(ref floats, 4, "float_data"); break;
                case 5: reader.Int32s(ref int32s, "int32_data"); break;
                case 6: (strings ??= []).Add(reader.Bytes("string_data")); break;
                case 7: reader.Int64s(ref int64s, "int64_data"); break;
                case 8: tensor.Name = reader.String("name"); break;
                case 9: tensor.RawData = reader.Bytes("raw_data"); break;
                case 10: reader.FixedBytes(ref doubles, 8, "double_data"); break;
                case 11: reader.Int64s(ref uint64s, "uint64_data"); break;
                case 12: tensor.DocString = reader.String("doc_string"); break;
                case 13: ReadEntry(ref reader, tensor.ExternalData, "external_data"); break;
                case 14: tensor.HasExternalData = reader.Int32("data_location") == 1; break;
                case 16: ReadEntry(ref reader, tensor.Metadata, "metadata_props"); break;
                default: tensor.Unknown = reader.Skip(tensor.Unknown); break;
            }
        }

        tensor.Dims = dims.ToArray();
        tensor.FloatDataBytes = floats.ToMemory();
        tensor.DoubleDataBytes = doubles.ToMemory();
        tensor.Int32Data = int32s.ToArray();
        tensor.Int64Data = int64s.ToArray();
        tensor.UInt64Data = Array.ConvertAll(uint64s.ToArray(), n => (ulong)n);
        tensor.StringData = (IReadOnlyList<ReadOnlyMemory<byte>>?)strings ?? [];
        tensor.Source = reader.Context.External;
        reader.Context.CountElements(tensor.Dims, start);
        return tensor;
    }

    private static OnnxTensorSegment ReadSegment(ref ProtoReader reader, OnnxTensorSegment segment)
    {
        var outer = reader.Enter("segment");
        List<ReadOnlyMemory<byte>>? unknown = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: segment = segment with { Begin = reader.Int64("begin") }; break;
                case 2: segment = segment with { End = reader.Int64("end") }; break;
                default: unknown = reader.Skip(unknown); break;
            }
        }

        reader.Leave(outer);
        return segment;
    }

    private static OnnxSparseTensor ReadSparse(ref ProtoReader reader, OnnxSparseTensor? sparse, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        sparse = ReadSparseFields(ref reader, sparse ?? new());
        reader.Leave(outer);
        return sparse;
    }

    private static OnnxSparseTensor ReadSparseFields(ref ProtoReader reader, OnnxSparseTensor sparse)
    {
        var start = reader.Position;
        var dims = new RepeatedBuilder<long>(sparse.Dims);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: ReadTensor(ref reader, sparse.Values, "values"); break;
                case 2: ReadTensor(ref reader, sparse.Indices, "indices"); break;
                case 3: reader.Int64s(ref dims, "dims"); break;
                default: sparse.Unknown = reader.Skip(sparse.Unknown); break;
            }
        }

        sparse.Dims = dims.ToArray();
        reader.Context.CountElements(sparse.Dims, start);
        return sparse;
    }
}
