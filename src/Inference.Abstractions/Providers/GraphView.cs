using System.Buffers;

namespace Inference.Providers;

/// <summary>A read-only view of an ONNX graph at its original opset.</summary>
public abstract class GraphView
{
    /// <summary>The model's name, for messages.</summary>
    public abstract string ModelName { get; }

    /// <summary>Whether this is the whole model as it was loaded: a provider may then take <see cref="SourcePath"/> or the original bytes.</summary>
    public abstract bool IsWholeModel { get; }

    /// <summary>The model file; null where the model came from memory or this is a part of it.</summary>
    public abstract string? SourcePath { get; }

    /// <summary>Where external data is that the original bytes of a whole model name; null where there is none beside them.</summary>
    public virtual string? ExternalDataDirectory => null;

    /// <summary>Opset versions by domain; the standard's domain is the empty string.</summary>
    public abstract IReadOnlyDictionary<string, long> Opsets { get; }

    /// <summary>The nodes, in an order in which every value is made before it is used.</summary>
    public abstract IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The inputs, in order; initializers are not among them.</summary>
    public abstract IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>The outputs, in order.</summary>
    public abstract IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>The type of a value where it is declared or was inferred; null otherwise.</summary>
    public abstract ModelValueType? TypeOf(string valueName);

    /// <summary>The constant that an initializer (or a Constant node) gives a value; null where it is none. Belongs to the view.</summary>
    public abstract TensorValue? ConstantOf(string valueName);

    /// <summary>Writes this graph as a complete ONNX model; the original bytes where it is the whole model.</summary>
    public abstract void WriteModel(IBufferWriter<byte> to);
}
