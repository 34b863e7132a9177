namespace Inference.Onnx;

/// <summary>The kind of value in a sequence or optional; the values are those of <c>SequenceProto.DataType</c>.</summary>
public enum OnnxValueKind
{
    /// <summary>Not specified; allowed for an empty optional.</summary>
    Undefined = 0,

    /// <summary>Tensors.</summary>
    Tensor = 1,

    /// <summary>Sparse tensors.</summary>
    SparseTensor = 2,

    /// <summary>Sequences.</summary>
    Sequence = 3,

    /// <summary>Maps.</summary>
    Map = 4,

    /// <summary>Optionals.</summary>
    Optional = 5,
}
