namespace Inference.Onnx;

/// <summary>An optional value (<c>OptionalProto</c>); only the property selected by <see cref="ElementKind"/> is used.</summary>
public sealed class OnnxOptional : OnnxMessage
{
    /// <summary>Its name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The kind of its value, even if it has none.</summary>
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

    /// <summary>Whether a value is present.</summary>
    public bool HasValue => Tensor is not null || SparseTensor is not null || Sequence is not null || Map is not null || Optional is not null;
}
