namespace Inference.Onnx;

/// <summary>The kind of value of an attribute; the values are those of <c>AttributeProto.AttributeType</c>.</summary>
public enum OnnxAttributeKind
{
    /// <summary>Not specified.</summary>
    Undefined = 0,

    /// <summary>A float32.</summary>
    Float = 1,

    /// <summary>An int64.</summary>
    Int = 2,

    /// <summary>A string of bytes.</summary>
    String = 3,

    /// <summary>A tensor.</summary>
    Tensor = 4,

    /// <summary>A graph.</summary>
    Graph = 5,

    /// <summary>A list of float32.</summary>
    Floats = 6,

    /// <summary>A list of int64.</summary>
    Ints = 7,

    /// <summary>A list of strings.</summary>
    Strings = 8,

    /// <summary>A list of tensors.</summary>
    Tensors = 9,

    /// <summary>A list of graphs.</summary>
    Graphs = 10,

    /// <summary>A sparse tensor.</summary>
    SparseTensor = 11,

    /// <summary>A list of sparse tensors.</summary>
    SparseTensors = 12,

    /// <summary>A type.</summary>
    Type = 13,

    /// <summary>A list of types.</summary>
    Types = 14,
}
