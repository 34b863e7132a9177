namespace Inference.Onnx.Serialization;

/// <summary>
/// Builds the object model from protobuf fields. As in protobuf, a singular field that occurs twice has the last value, and a singular message that occurs twice is merged.
/// Recursion is bounded by <see cref="OnnxReadOptions.MaxNestingDepth"/>.
/// </summary>
internal static partial class OnnxReader
{
    public static void Read(ReadContext context, OnnxModel model)
    {
        var reader = new ProtoReader(context);
        var hasGraph = false;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: model.IrVersion = reader.Int64("ir_version"); break;
                case 2: model.ProducerName = reader.String("producer_name"); break;
                case 3: model.ProducerVersion = reader.String("producer_version"); break;
                case 4: model.Domain = reader.String("domain"); break;
                case 5: model.ModelVersion = reader.Int64("model_version"); break;
                case 6: model.DocString = reader.String("doc_string"); break;
                case 7:
                    hasGraph = true;
                    ReadGraph(ref reader, model.Graph, "graph");
                    break;
                case 8: model.OperatorSets.Add(ReadOperatorSet(ref reader, model.OperatorSets.Count)); break;
                case 14: ReadEntry(ref reader, model.Metadata, "metadata_props"); break;
                case 20: model.TrainingInfos.Add(ReadTraining(ref reader, model.TrainingInfos.Count)); break;
                case 25: model.Functions.Add(ReadFunction(ref reader, model.Functions.Count)); break;
                case 26: model.DeviceConfigurations.Add(ReadDevice(ref reader, model.DeviceConfigurations.Count)); break;
                default: model.Unknown = reader.Skip(model.Unknown); break;
            }
        }

        if (!hasGraph)
        {
            context.Fail(context.Bytes.Length, "expected a graph, got none. The file is truncated or not an ONNX model.", "graph");
        }
    }

    private static void ReadGraph(ref ProtoReader reader, OnnxGraph graph, string name, int index = -1)
    {
        var outer = reader.Enter(name, index);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: graph.Nodes.Add(ReadNode(ref reader, graph.Nodes.Count)); break;
                case 2: graph.Name = reader.String("name"); break;
                case 5: graph.Initializers.Add(ReadTensor(ref reader, null, "initializer", graph.Initializers.Count)); break;
                case 10: graph.DocString = reader.String("doc_string"); break;
                case 11: graph.Inputs.Add(ReadValueInfo(ref reader, "input", graph.Inputs.Count)); break;
                case 12: graph.Outputs.Add(ReadValueInfo(ref reader, "output", graph.Outputs.Count)); break;
                case 13: graph.ValueInfos.Add(ReadValueInfo(ref reader, "value_info", graph.ValueInfos.Count)); break;
                case 14: graph.QuantizationAnnotations.Add(ReadAnnotation(ref reader, graph.QuantizationAnnotations.Count)); break;
                case 15: graph.SparseInitializers.Add(ReadSparse(ref reader, null, "sparse_initializer", graph.SparseInitializers.Count)); break;
                case 16: ReadEntry(ref reader, graph.Metadata, "metadata_props"); break;
                default: graph.Unknown = reader.Skip(graph.Unknown); break;
            }
        }

        reader.Leave(outer);
    }

    private static OnnxNode ReadNode(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("node", index);
        reader.Context.CountNode(reader.Position);
        var node = new OnnxNode();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: node.Inputs.Add(reader.String("input")); break;
                case 2: node.Outputs.Add(reader.String("output")); break;
                case 3: node.Name = reader.String("name"); break;
                case 4: node.OpType = reader.String("op_type"); break;
                case 5: node.Attributes.Add(ReadAttribute(ref reader, "attribute", node.Attributes.Count)); break;
                case 6: node.DocString = reader.String("doc_string"); break;
                case 7: node.Domain = reader.String("domain"); break;
                case 8: node.Overload = reader.String("overload"); break;
                case 9: ReadEntry(ref reader, node.Metadata, "metadata_props"); break;
                case 10: node.DeviceConfigurations.Add(ReadNodeDevice(ref reader, node.DeviceConfigurations.Count)); break;
                default: node.Unknown = reader.Skip(node.Unknown); break;
            }
        }

        reader.Leave(outer);
        return node;
    }

    private static OnnxFunction ReadFunction(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("functions", index);
        var function = new OnnxFunction();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: function.Name = reader.String("name"); break;
                case 4: function.Inputs.Add(reader.String("input")); break;
                case 5: function.Outputs.Add(reader.String("output")); break;
                case 6: function.AttributeNames.Add(reader.String("attribute")); break;
                case 7: function.Nodes.Add(ReadNode(ref reader, function.Nodes.Count)); break;
                case 8: function.DocString = reader.String("doc_string"); break;
                case 9: function.OperatorSets.Add(ReadOperatorSet(ref reader, function.OperatorSets.Count)); break;
                case 10: function.Domain = reader.String("domain"); break;
                case 11: function.Attributes.Add(ReadAttribute(ref reader, "attribute_proto", function.Attributes.Count)); break;
                case 12: function.ValueInfos.Add(ReadValueInfo(ref reader, "value_info", function.ValueInfos.Count)); break;
                case 13: function.Overload = reader.String("overload"); break;
                case 14: ReadEntry(ref reader, function.Metadata, "metadata_props"); break;
                default: function.Unknown = reader.Skip(function.Unknown); break;
            }
        }

        reader.Leave(outer);
        return function;
    }

    private static OnnxOperatorSet ReadOperatorSet(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("opset_import", index);
        var set = new OnnxOperatorSet();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: set.Domain = reader.String("domain"); break;
                case 2: set.Version = reader.Int64("version"); break;
                default: set.Unknown = reader.Skip(set.Unknown); break;
            }
        }

        reader.Leave(outer);
        return set;
    }

    private static void ReadEntry(ref ProtoReader reader, OnnxMetadata into, string name)
    {
        var outer = reader.Enter(name, into.Count);
        var key = "";
        var value = "";
        List<ReadOnlyMemory<byte>>? unknown = null;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: key = reader.String("key"); break;
                case 2: value = reader.String("value"); break;
                default: unknown = reader.Skip(unknown); break;
            }
        }

        reader.Leave(outer);
        into.Add(key, value);
    }

    private static OnnxTrainingInfo ReadTraining(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("training_info", index);
        var training = new OnnxTrainingInfo();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: ReadGraph(ref reader, training.Initialization ??= new(), "initialization"); break;
                case 2: ReadGraph(ref reader, training.Algorithm ??= new(), "algorithm"); break;
                case 3: ReadEntry(ref reader, training.InitializationBinding, "initialization_binding"); break;
                case 4: ReadEntry(ref reader, training.UpdateBinding, "update_binding"); break;
                default: training.Unknown = reader.Skip(training.Unknown); break;
            }
        }

        reader.Leave(outer);
        return training;
    }

    private static OnnxQuantizationAnnotation ReadAnnotation(ref ProtoReader reader, int index)
    {
        var outer = reader.Enter("quantization_annotation", index);
        var annotation = new OnnxQuantizationAnnotation();
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: annotation.TensorName = reader.String("tensor_name"); break;
                case 2: ReadEntry(ref reader, annotation.ParameterTensorNames, "quant_parameter_tensor_names"); break;
                default: annotation.Unknown = reader.Skip(annotation.Unknown); break;
            }
        }

        reader.Leave(outer);
        return annotation;
    }
}
