namespace Inference.Onnx;

/// <summary>The type of a value (<c>TypeProto</c>). Which properties count depends on <see cref="Kind"/>.</summary>
public sealed class OnnxType : OnnxMessage
{
    /// <summary>What the type describes.</summary>
    public OnnxTypeKind Kind { get; set; }

    /// <summary>Element type of a tensor or sparse tensor.</summary>
    public OnnxElementType ElementType { get; set; }

    /// <summary>Shape of a tensor or sparse tensor; null where even the rank is unknown.</summary>
    public OnnxShape? Shape { get; set; }

    /// <summary>Type of the elements of a sequence, of the values of a map, or of the content of an optional; null where the file does not state it.</summary>
    public OnnxType? Element { get; set; }

    /// <summary>Type of the keys of a map.</summary>
    public OnnxElementType KeyType { get; set; }

    /// <summary>Domain of an opaque type.</summary>
    public string OpaqueDomain { get; set; } = "";

    /// <summary>Name of an opaque type within its domain.</summary>
    public string OpaqueName { get; set; } = "";

    /// <summary>The meaning of the value, such as "IMAGE"; "" where not stated.</summary>
    public string Denotation { get; set; } = "";

    internal List<ReadOnlyMemory<byte>>? InnerUnknown { get; set; }

    /// <summary>A tensor type of unknown rank.</summary>
    /// <param name="elementType">Type of its elements.</param>
    public static OnnxType Tensor(OnnxElementType elementType) => Tensor(elementType, shape: null);

    /// <summary>A tensor type.</summary>
    /// <param name="elementType">Type of its elements.</param>
    /// <param name="shape">Its shape; null for unknown rank, <c>new OnnxShape()</c> for a scalar.</param>
    public static OnnxType Tensor(OnnxElementType elementType, OnnxShape? shape) =>
        new() { Kind = OnnxTypeKind.Tensor, ElementType = elementType, Shape = shape };

    /// <summary>A tensor type of known rank, at least 1.</summary>
    /// <param name="elementType">Type of its elements.</param>
    /// <param name="dimensions">Its dimensions. A call without any takes the other overload: unknown rank.</param>
    public static OnnxType Tensor(OnnxElementType elementType, params ReadOnlySpan<OnnxDimension> dimensions) =>
        Tensor(elementType, new OnnxShape(dimensions));

    /// <summary>A sparse tensor type.</summary>
    /// <param name="elementType">Type of its elements.</param>
    /// <param name="shape">Its shape; null for unknown rank, <c>new OnnxShape()</c> for a scalar.</param>
    public static OnnxType SparseTensor(OnnxElementType elementType, OnnxShape? shape = null) =>
        new() { Kind = OnnxTypeKind.SparseTensor, ElementType = elementType, Shape = shape };

    /// <summary>A sequence type.</summary>
    /// <param name="element">Type of its elements.</param>
    public static OnnxType Sequence(OnnxType? element) => new() { Kind = OnnxTypeKind.Sequence, Element = element };

    /// <summary>An optional type.</summary>
    /// <param name="element">Type of its content.</param>
    public static OnnxType Optional(OnnxType? element) => new() { Kind = OnnxTypeKind.Optional, Element = element };

    /// <summary>A map type.</summary>
    /// <param name="keyType">Type of the keys: an integer type or string.</param>
    /// <param name="value">Type of the values.</param>
    public static OnnxType Map(OnnxElementType keyType, OnnxType? value) => new() { Kind = OnnxTypeKind.Map, KeyType = keyType, Element = value };

    /// <summary>An opaque type.</summary>
    /// <param name="domain">Its domain.</param>
    /// <param name="name">Its name.</param>
    public static OnnxType Opaque(string domain, string name) => new() { Kind = OnnxTypeKind.Opaque, OpaqueDomain = domain, OpaqueName = name };

    /// <summary>Such as "float32[batch,3]", "seq(int64?)", "map(string,float32[])".</summary>
    public override string ToString() => Kind switch
    {
        OnnxTypeKind.Tensor => ElementType.Name() + (Shape?.ToString() ?? "?"),
        OnnxTypeKind.SparseTensor => $"sparse({ElementType.Name()}{Shape?.ToString() ?? "?"})",
        OnnxTypeKind.Sequence => $"seq({Element?.ToString() ?? "?"})",
        OnnxTypeKind.Optional => $"optional({Element?.ToString() ?? "?"})",
        OnnxTypeKind.Map => $"map({KeyType.Name()},{Element?.ToString() ?? "?"})",
        OnnxTypeKind.Opaque => $"opaque({OpaqueDomain}.{OpaqueName})",
        _ => "?",
    };
}
