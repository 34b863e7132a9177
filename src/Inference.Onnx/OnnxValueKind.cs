namespace Inference.Onnx;

/// <summary>What a sequence or optional holds, with the numbers of <c>SequenceProto.DataType</c>.</summary>
public enum OnnxValueKind
{
    /// <summary>Not stated; an empty optional may leave it so.</summary>
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
