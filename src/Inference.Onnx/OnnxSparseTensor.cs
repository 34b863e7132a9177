namespace Inference.Onnx;

/// <summary>A sparse tensor in coordinate form (<c>SparseTensorProto</c>): [NNZ] values, and [NNZ] linear or [NNZ,rank] coordinate indices in ascending order.</summary>
public sealed class OnnxSparseTensor : OnnxMessage
{
    /// <summary>The non-default values, [NNZ]; their name is the name of the sparse tensor.</summary>
    public OnnxTensor Values { get; set; } = new();

    /// <summary>The indices of the values, int64, [NNZ] or [NNZ,rank].</summary>
    public OnnxTensor Indices { get; set; } = new();

    /// <summary>The dense shape.</summary>
    public long[] Dims { get; set; } = [];

    /// <summary>The name; the same as that of <see cref="Values"/>.</summary>
    public string Name
    {
        get => Values.Name;
        set => Values.Name = value;
    }
}
