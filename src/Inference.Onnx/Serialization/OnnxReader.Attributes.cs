using Inference.Onnx.Wire;

namespace Inference.Onnx.Serialization;

internal static partial class OnnxReader
{
    private static OnnxAttribute ReadAttribute(ref ProtoReader reader, string name, int index)
    {
        var outer = reader.Enter(name, index);
        var attribute = new OnnxAttribute();
        var floats = new RepeatedBuilder<float>([]);
        var ints = new RepeatedBuilder<long>([]);
        var lists = default(AttributeLists);
        var deduced = OnnxAttributeKind.Undefined;
        while (reader.Next())
        {
            var kind = OnnxAttributeKind.Undefined;
            switch (reader.Field)
            {
                case 1: attribute.Name = reader.String("name"); break;
                case 2: (attribute.Float, kind) = (reader.Float("f"), OnnxAttributeKind.Float); break;
                case 3: (attribute.Int, kind) = (reader.Int64("i"), OnnxAttributeKind.Int); break;
                case 4: (attribute.StringBytes, kind) = (reader.Bytes("s"), OnnxAttributeKind.String); break;
                case 5: (attribute.Tensor, kind) = (ReadTensor(ref reader, attribute.Tensor, "t"), OnnxAttributeKind.Tensor); break;
                case 6:
                    ReadGraph(ref reader, attribute.Graph ??= new(), "g");
                    kind = OnnxAttributeKind.Graph;
                    break;
                case 7:
                    reader.Floats(ref floats, "floats");
                    kind = OnnxAttributeKind.Floats;
                    break;
                case 8:
                    reader.Int64s(ref ints, "ints");
                    kind = OnnxAttributeKind.Ints;
                    break;
                case 13: attribute.DocString = reader.String("doc_string"); break;
                case 14: (attribute.Type, kind) = (ReadType(ref reader, attribute.Type, "tp"), OnnxAttributeKind.Type); break;
                case 20: attribute.Kind = (OnnxAttributeKind)reader.Int32("type"); break;
                case 21: attribute.RefAttributeName = reader.String("ref_attr_name"); break;
                case 22: (attribute.SparseTensor, kind) = (ReadSparse(ref reader, attribute.SparseTensor, "sparse_tensor"), OnnxAttributeKind.SparseTensor); break;
                default:
                    kind = lists.Read(ref reader);
                    if (kind == OnnxAttributeKind.Undefined)
                    {
                        attribute.Unknown = reader.Skip(attribute.Unknown);
                    }

                    break;
            }

            deduced = kind == OnnxAttributeKind.Undefined ? deduced : kind;
        }

        attribute.Floats = floats.ToArray();
        attribute.Ints = ints.ToArray();
        lists.MoveTo(attribute);
        if (attribute.Kind == OnnxAttributeKind.Undefined)
        {
            // Files of IR version 1 do not state the kind.
            attribute.Kind = deduced;
        }

        reader.Leave(outer);
        return attribute;
    }

    /// <summary>The lists of objects in an attribute, created only when needed.</summary>
    private struct AttributeLists
    {
        private List<ReadOnlyMemory<byte>>? _strings;
        private List<OnnxTensor>? _tensors;
        private List<OnnxGraph>? _graphs;
        private List<OnnxSparseTensor>? _sparse;
        private List<OnnxType>? _types;

        /// <summary>Takes the field if it is one of these lists; else Undefined.</summary>
        public OnnxAttributeKind Read(ref ProtoReader reader)
        {
            switch (reader.Field)
            {
                case 9:
                    (_strings ??= []).Add(reader.Bytes("strings"));
                    return OnnxAttributeKind.Strings;
                case 10:
                    _tensors ??= [];
                    _tensors.Add(ReadTensor(ref reader, null, "tensors", _tensors.Count));
                    return OnnxAttributeKind.Tensors;
                case 11:
                    _graphs ??= [];
                    var graph = new OnnxGraph();
                    ReadGraph(ref reader, graph, "graphs", _graphs.Count);
                    _graphs.Add(graph);
                    return OnnxAttributeKind.Graphs;
                case 15:
                    _types ??= [];
                    _types.Add(ReadType(ref reader, null, "type_protos", _types.Count));
                    return OnnxAttributeKind.Types;
                case 23:
                    _sparse ??= [];
                    _sparse.Add(ReadSparse(ref reader, null, "sparse_tensors", _sparse.Count));
                    return OnnxAttributeKind.SparseTensors;
                default:
                    return OnnxAttributeKind.Undefined;
            }
        }

        public readonly void MoveTo(OnnxAttribute attribute)
        {
            attribute.StringsBytes = _strings?.ToArray() ?? [];
            attribute.Tensors = _tensors?.ToArray() ?? [];
            attribute.Graphs = _graphs?.ToArray() ?? [];
            attribute.SparseTensors = _sparse?.ToArray() ?? [];
            attribute.Types = _types?.ToArray() ?? [];
        }
    }
}
