namespace Inference.Onnx;

/// <summary>A sequence value (<c>SequenceProto</c>); only the list selected by <see cref="ElementKind"/> is used.</summary>
public sealed class OnnxSequence : OnnxMessage
{
    /// <summary>Its name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The kind of its elements.</summary>
    public OnnxValueKind ElementKind { get; set; }

    /// <summary>The elements of a sequence of tensors.</summary>
    public List<OnnxTensor> Tensors { get; } = [];

    /// <summary>The elements of a sequence of sparse tensors.</summary>
    public List<OnnxSparseTensor> SparseTensors { get; } = [];

    /// <summary>The elements of a sequence of sequences.</summary>
    public List<OnnxSequence> Sequences { get; } = [];

    /// <summary>The elements of a sequence of maps.</summary>
    public List<OnnxMap> Maps { get; } = [];

    /// <summary>The elements of a sequence of optionals.</summary>
    public List<OnnxOptional> Optionals { get; } = [];

    /// <summary>The number of elements.</summary>
    public int Count => ElementKind switch
    {
        OnnxValueKind.Tensor => Tensors.Count,
        OnnxValueKind.SparseTensor => SparseTensors.Count,
        OnnxValueKind.Sequence => Sequences.Count,
        OnnxValueKind.Map => Maps.Count,
        OnnxValueKind.Optional => Optionals.Count,
        _ => 0,
    };
}
