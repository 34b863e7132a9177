namespace Inference.Onnx;

/// <summary>The type of a value (<c>TypeProto</c>). <see cref="Kind"/> determines which properties are used.</summary>
public sealed class OnnxType : OnnxMessage
{
    /// <summary>The kind of value.</summary>
    public OnnxTypeKind Kind { get; set; }

    /// <summary>The element type of a tensor or sparse tensor.</summary>
    public OnnxElementType ElementType { get; set; }

    /// <summary>The shape of a tensor or sparse tensor; null if even the rank is unknown.</summary>
    public OnnxShape? Shape { get; set; }

    /// <summary>The type of the elements of a sequence, of the values of a map, or of the content of an optional; null if the file does not state it.</summary>
    public OnnxType? Element { get; set; }

    /// <summary>The type of the keys of a map.</summary>
    public OnnxElementType KeyType { get; set; }

    /// <summary>The domain of an opaque type.</summary>
    public string OpaqueDomain { get; set; } = "";

    /// <summary>The name of an opaque type within its domain.</summary>
    public string OpaqueName { get; set; } = "";

    /// <summary>The meaning of the value, such as "IMAGE"; "" if not specified.</summary>
    public string Denotation { get; set; } = "";

    internal List<ReadOnlyMemory<byte>>? InnerUnknown { get; set; }

    /// <summary>Creates a tensor type of unknown rank.</summary>
    /// <param name="elementType">The element type.</param>
    public static OnnxType Tensor(OnnxElementType elementType) => Tensor(elementType, shape: null);

    /// <summary>Creates a tensor type.</summary>
    /// <param name="elementType">The element type.</param>
    /// <param name="shape">The shape; null for unknown rank, <c>new OnnxShape()</c> for a scalar.</param>
    public static OnnxType Tensor(OnnxElementType elementType, OnnxShape? shape) =>
        new() { Kind = OnnxTypeKind.Tensor, ElementType = elementType, Shape = shape };

    /// <summary>Creates a tensor type of known rank, 1 or more.</summary>
    /// <param name="elementType">The element type.</param>
    /// <param name="dimensions">The dimensions. A call without dimensions selects the other overload: unknown rank.</param>
    public static OnnxType Tensor(OnnxElementType elementType, params ReadOnlySpan<OnnxDimension> dimensions) =>
        Tensor(elementType, new OnnxShape(dimensions));

    /// <summary>Creates a sparse tensor type.</summary>
    /// <param name="elementType">The element type.</param>
    /// <param name="shape">The shape; null for unknown rank, <c>new OnnxShape()</c> for a scalar.</param>
    public static OnnxType SparseTensor(OnnxElementType elementType, OnnxShape? shape = null) =>
        new() { Kind = OnnxTypeKind.SparseTensor, ElementType = elementType, Shape = shape };

    /// <summary>Creates a sequence type.</summary>
    /// <param name="element">The type of its elements.</param>
    public static OnnxType Sequence(OnnxType? element) => new() { Kind = OnnxTypeKind.Sequence, Element = element };

    /// <summary>Creates an optional type.</summary>
    /// <param name="element">The type of its content.</param>
    public static OnnxType Optional(OnnxType? element) => new() { Kind = OnnxTypeKind.Optional, Element = element };

    /// <summary>Creates a map type.</summary>
    /// <param name="keyType">The type of the keys: an integer type or string.</param>
    /// <param name="value">The type of the values.</param>
    public static OnnxType Map(OnnxElementType keyType, OnnxType? value) => new() { Kind = OnnxTypeKind.Map, KeyType = keyType, Element = value };

    /// <summary>Creates an opaque type.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="name">Its name.</param>
    public static OnnxType Opaque(string domain, string name) => new() { Kind = OnnxTypeKind.Opaque, OpaqueDomain = domain, OpaqueName = name };

    /// <summary>Formats the type, such as "float32[batch,3]", "seq(int64?)", "map(string,float32[])".</summary>
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
