namespace Inference.Onnx;

/// <summary>A sparse tensor in coordinate form (<c>SparseTensorProto</c>): [NNZ] values, and [NNZ] linear or [NNZ,rank] coordinate indices in ascending order.</summary>
public sealed class OnnxSparseTensor : OnnxMessage
{
    /// <summary>The values that are not the default, [NNZ]; its name is the name of the sparse tensor.</summary>
    public OnnxTensor Values { get; set; } = new();

    /// <summary>Their places, int64, [NNZ] or [NNZ,rank].</summary>
    public OnnxTensor Indices { get; set; } = new();

    /// <summary>The dense shape.</summary>
    public long[] Dims { get; set; } = [];

    /// <summary>The name, which is that of <see cref="Values"/>.</summary>
    public string Name
    {
        get => Values.Name;
        set => Values.Name = value;
    }
}
