namespace Inference.Onnx;

/// <summary>A value or nothing (<c>OptionalProto</c>); only the property that <see cref="ElementKind"/> names counts.</summary>
public sealed class OnnxOptional : OnnxMessage
{
    /// <summary>Its name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it holds, or would hold.</summary>
    public OnnxValueKind ElementKind { get; set; }

    /// <summary>The content of an optional tensor.</summary>
    public OnnxTensor? Tensor { get; set; }

    /// <summary>The content of an optional sparse tensor.</summary>
    public OnnxSparseTensor? SparseTensor { get; set; }

    /// <summary>The content of an optional sequence.</summary>
    public OnnxSequence? Sequence { get; set; }

    /// <summary>The content of an optional map.</summary>
    public OnnxMap? Map { get; set; }

    /// <summary>The content of an optional optional.</summary>
    public OnnxOptional? Optional { get; set; }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue => Tensor is not null || SparseTensor is not null || Sequence is not null || Map is not null || Optional is not null;
}
