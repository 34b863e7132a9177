using System.Buffers;
using Inference.Onnx.Files;

namespace Inference.Onnx.Serialization;

/// <summary>Writes the object model as protobuf, the fields of a message in the order of their numbers, omitting fields with their default value.</summary>
internal static partial class OnnxWriter
{
    /// <summary>Writes the fields of one message.</summary>
    public delegate void Fields<in T>(ref ProtoWriter writer, T message);

    /// <summary>The message as an array of exactly its size.</summary>
    public static byte[] ToArray<T>(T message, Fields<T> fields)
    {
        var measured = Measure(message, fields, ExternalPlan.Embed);
        var buffer = new FixedBufferWriter((int)measured.Total);
        Emit(buffer, measured, message, fields);
        return buffer.Array;
    }

    /// <summary>Writes the message.</summary>
    public static void WriteTo<T>(IBufferWriter<byte> output, T message, Fields<T> fields) => WriteTo(output, message, fields, ExternalPlan.Embed);

    /// <summary>Writes the message, tensors placed by the plan.</summary>
    public static void WriteTo<T>(IBufferWriter<byte> output, T message, Fields<T> fields, ExternalPlan plan)
    {
        ArgumentNullException.ThrowIfNull(output);
        Emit(output, Measure(message, fields, plan), message, fields);
    }

    private static ProtoWriter Measure<T>(T message, Fields<T> fields, ExternalPlan plan)
    {
        var writer = new ProtoWriter(plan);
        fields(ref writer, message);
        return writer.Total <= int.MaxValue
            ? writer
            : throw new InvalidOperationException(
                $"ONNX model: expected at most {int.MaxValue} bytes, the limit of the protobuf encoding, got {writer.Total}. Save it by path with OnnxWriteOptions.ExternalDataThreshold set.");
    }

    private static void Emit<T>(IBufferWriter<byte> output, ProtoWriter measured, T message, Fields<T> fields)
    {
        var writer = new ProtoWriter(output, measured);
        fields(ref writer, message);
        writer.Flush();
        if (writer.Total != measured.Total)
        {
            throw new InvalidOperationException("ONNX model: another thread changed it while it was being written. Write it again.");
        }
    }

    public static void Write(ref ProtoWriter writer, OnnxModel model)
    {
        writer.OptionalInt64(1, model.IrVersion);
        writer.OptionalString(2, model.ProducerName);
        writer.OptionalString(3, model.ProducerVersion);
        writer.OptionalString(4, model.Domain);
        writer.OptionalInt64(5, model.ModelVersion);
        writer.OptionalString(6, model.DocString);
        Nested(ref writer, 7, model.Graph, Write);
        All(ref writer, 8, model.OperatorSets, Write);
        if (model.HasMetadata)
        {
            Entries(ref writer, 14, model.Metadata);
        }

        if (model.HasTrainingInfos)
        {
            All(ref writer, 20, model.TrainingInfos, Write);
        }

        All(ref writer, 25, model.Functions, Write);
        if (model.HasDeviceConfigurations)
        {
            All(ref writer, 26, model.DeviceConfigurations, Write);
        }

        writer.Unknown(model.Unknown);
    }

    private static void Nested<T>(ref ProtoWriter writer, int field, T message, Fields<T> fields)
    {
        var begun = writer.Begin(field);
        fields(ref writer, message);
        writer.End(begun);
    }

    private static void Optional<T>(ref ProtoWriter writer, int field, T? message, Fields<T> fields)
        where T : class
    {
        if (message is not null)
        {
            Nested(ref writer, field, message, fields);
        }
    }

    private static void All<T>(ref ProtoWriter writer, int field, List<T> messages, Fields<T> fields)
    {
        foreach (var message in messages)
        {
            Nested(ref writer, field, message, fields);
        }
    }

    private static void Entries(ref ProtoWriter writer, int field, OnnxMetadata entries)
    {
        foreach (var (key, value) in entries)
        {
            Entry(ref writer, field, key, value);
        }
    }

    private static void Entry(ref ProtoWriter writer, int field, string key, string value)
    {
        var begun = writer.Begin(field);
        writer.String(1, key);
        writer.String(2, value);
        writer.End(begun);
    }

    private static void Write(ref ProtoWriter writer, OnnxGraph graph)
    {
        All(ref writer, 1, graph.Nodes, Write);
        writer.OptionalString(2, graph.Name);
        All(ref writer, 5, graph.Initializers, Write);
        writer.OptionalString(10, graph.DocString);
        All(ref writer, 11, graph.Inputs, Write);
        All(ref writer, 12, graph.Outputs, Write);
        All(ref writer, 13, graph.ValueInfos, Write);
        if (graph.HasQuantizationAnnotations)
        {
            All(ref writer, 14, graph.QuantizationAnnotations, Write);
        }

        if (graph.HasSparseInitializers)
        {
            All(ref writer, 15, graph.SparseInitializers, Write);
        }

        if (graph.HasMetadata)
        {
            Entries(ref writer, 16, graph.Metadata);
        }

        writer.Unknown(graph.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxNode node)
    {
        writer.Strings(1, node.Inputs);
        writer.Strings(2, node.Outputs);
        writer.OptionalString(3, node.Name);
        writer.OptionalString(4, node.OpType);
        All(ref writer, 5, node.Attributes, Write);
        writer.OptionalString(6, node.DocString);
        writer.OptionalString(7, node.Domain);
        writer.OptionalString(8, node.Overload);
        if (node.HasMetadata)
        {
            Entries(ref writer, 9, node.Metadata);
        }

        if (node.HasDeviceConfigurations)
        {
            All(ref writer, 10, node.DeviceConfigurations, Write);
        }

        writer.Unknown(node.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxFunction function)
    {
        writer.OptionalString(1, function.Name);
        writer.Strings(4, function.Inputs);
        writer.Strings(5, function.Outputs);
        writer.Strings(6, function.AttributeNames);
        All(ref writer, 7, function.Nodes, Write);
        writer.OptionalString(8, function.DocString);
        All(ref writer, 9, function.OperatorSets, Write);
        writer.OptionalString(10, function.Domain);
        All(ref writer, 11, function.Attributes, Write);
        All(ref writer, 12, function.ValueInfos, Write);
        writer.OptionalString(13, function.Overload);
        if (function.HasMetadata)
        {
            Entries(ref writer, 14, function.Metadata);
        }

        writer.Unknown(function.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxOperatorSet set)
    {
        writer.String(1, set.Domain);
        writer.Int64(2, set.Version);
        writer.Unknown(set.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxTrainingInfo training)
    {
        Optional(ref writer, 1, training.Initialization, Write);
        Optional(ref writer, 2, training.Algorithm, Write);
        Entries(ref writer, 3, training.InitializationBinding);
        Entries(ref writer, 4, training.UpdateBinding);
        writer.Unknown(training.Unknown);
    }

    private static void Write(ref ProtoWriter writer, OnnxQuantizationAnnotation annotation)
    {
        writer.OptionalString(1, annotation.TensorName);
        Entries(ref writer, 2, annotation.ParameterTensorNames);
        writer.Unknown(annotation.Unknown);
    }
}
