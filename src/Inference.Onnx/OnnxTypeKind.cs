namespace Inference.Onnx;

/// <summary>What an <see cref="OnnxType"/> describes; the numbers are those of the fields of <c>TypeProto</c>.</summary>
public enum OnnxTypeKind
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>A dense tensor.</summary>
    Tensor = 1,

    /// <summary>A sequence of values of one type.</summary>
    Sequence = 4,

    /// <summary>A map from scalar keys to values of one type.</summary>
    Map = 5,

    /// <summary>A type that only its domain knows.</summary>
    Opaque = 7,

    /// <summary>A sparse tensor.</summary>
    SparseTensor = 8,

    /// <summary>A value or nothing.</summary>
    Optional = 9,
}
