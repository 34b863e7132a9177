namespace Inference.Onnx;

/// <summary>The kind of value that an <see cref="OnnxType"/> describes; the values are the field numbers of <c>TypeProto</c>.</summary>
public enum OnnxTypeKind
{
    /// <summary>Not specified.</summary>
    None = 0,

    /// <summary>A dense tensor.</summary>
    Tensor = 1,

    /// <summary>A sequence of values of one type.</summary>
    Sequence = 4,

    /// <summary>A map from scalar keys to values of one type.</summary>
    Map = 5,

    /// <summary>An opaque type, defined by its domain.</summary>
    Opaque = 7,

    /// <summary>A sparse tensor.</summary>
    SparseTensor = 8,

    /// <summary>An optional value.</summary>
    Optional = 9,
}
