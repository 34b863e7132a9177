using System.Buffers;

namespace Inference.Providers;

/// <summary>A read-only view of an ONNX graph at its original opset.</summary>
public abstract class GraphView
{
    /// <summary>The model's name, as shown in messages.</summary>
    public abstract string ModelName { get; }

    /// <summary>Whether this is the whole model as loaded; if so, a provider may use <see cref="SourcePath"/> or the original bytes.</summary>
    public abstract bool IsWholeModel { get; }

    /// <summary>The model file; null if the model was loaded from memory or this is only part of it.</summary>
    public abstract string? SourcePath { get; }

    /// <summary>The directory of the external data that the original bytes of a whole model refer to; null if there is none.</summary>
    public virtual string? ExternalDataDirectory => null;

    /// <summary>Whether the model is encrypted at rest; false by default. A provider then writes nothing of it to files.</summary>
    public virtual bool IsEncrypted => false;

    /// <summary>Opset versions by domain; the standard ONNX domain is the empty string.</summary>
    public abstract IReadOnlyDictionary<string, long> Opsets { get; }

    /// <summary>The nodes in topological order: every value is computed before it is used.</summary>
    public abstract IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The inputs, in order, without initializers.</summary>
    public abstract IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>The outputs, in order.</summary>
    public abstract IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>Returns the type of a value if it is declared or was inferred; null otherwise.</summary>
    public abstract ModelValueType? GetValueType(string valueName);

    /// <summary>Returns the constant value defined by an initializer or a Constant node, or null if the value is not constant. The view owns the tensor.</summary>
    public abstract TensorValue? GetConstant(string valueName);

    /// <summary>Writes this graph as a complete ONNX model; for a whole model, writes the original bytes.</summary>
    public abstract void WriteModel(IBufferWriter<byte> to);
}
