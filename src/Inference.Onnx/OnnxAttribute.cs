namespace Inference.Onnx;

/// <summary>A named attribute of a node or function (<c>AttributeProto</c>). <see cref="Kind"/> determines which of the value properties is used.</summary>
public sealed partial class OnnxAttribute : OnnxMessage
{
    /// <summary>Creates an attribute without a value.</summary>
    /// <param name="name">The name of the attribute.</param>
    public OnnxAttribute(string name = "") => Name = name;

    /// <summary>Its name.</summary>
    public string Name { get; set; }

    /// <summary>The kind of value. For old files that do not state it, the reader infers it from the value present.</summary>
    public OnnxAttributeKind Kind { get; set; }

    /// <summary>Inside a function, the attribute of the function that provides the value; "" otherwise.</summary>
    public string RefAttributeName { get; set; } = "";

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>The value of <see cref="OnnxAttributeKind.Float"/>.</summary>
    public float Float { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.Int"/>.</summary>
    public long Int { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.String"/>, as bytes.</summary>
    public ReadOnlyMemory<byte> StringBytes { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.String"/>, as text.</summary>
    /// <exception cref="OnnxFormatException">The bytes are not UTF-8; use <see cref="StringBytes"/>.</exception>
    public string String
    {
        get => DecodeText(StringBytes.Span);
        set => StringBytes = StrictUtf8.GetBytes(value);
    }

    /// <summary>The value of <see cref="OnnxAttributeKind.Tensor"/>.</summary>
    public OnnxTensor? Tensor { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.Graph"/>.</summary>
    public OnnxGraph? Graph { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.SparseTensor"/>.</summary>
    public OnnxSparseTensor? SparseTensor { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.Type"/>.</summary>
    public OnnxType? Type { get; set; }

    /// <summary>The value of <see cref="OnnxAttributeKind.Floats"/>.</summary>
    public float[] Floats { get; set; } = [];

    /// <summary>The value of <see cref="OnnxAttributeKind.Ints"/>.</summary>
    public long[] Ints { get; set; } = [];

    /// <summary>The value of <see cref="OnnxAttributeKind.Strings"/>, as bytes.</summary>
    public ReadOnlyMemory<byte>[] StringsBytes { get; set; } = [];

    /// <summary>The value of <see cref="OnnxAttributeKind.Strings"/>, as text; decoded on every read.</summary>
    /// <exception cref="OnnxFormatException">One of them is not UTF-8; use <see cref="StringsBytes"/>.</exception>
    public string[] Strings
    {
        get => Array.ConvertAll(StringsBytes, b => DecodeText(b.Span));
        set => StringsBytes = Array.ConvertAll(value, s => (ReadOnlyMemory<byte>)StrictUtf8.GetBytes(s));
    }

    /// <summary>The value of <see cref="OnnxAttributeKind.Tensors"/>.</summary>
    public OnnxTensor[] Tensors { get; set; } = [];

    /// <summary>The value of <see cref="OnnxAttributeKind.Graphs"/>.</summary>
    public OnnxGraph[] Graphs { get; set; } = [];

    /// <summary>The value of <see cref="OnnxAttributeKind.SparseTensors"/>.</summary>
    public OnnxSparseTensor[] SparseTensors { get; set; } = [];

    /// <summary>The value of <see cref="OnnxAttributeKind.Types"/>.</summary>
    public OnnxType[] Types { get; set; } = [];

    /// <inheritdoc/>
    public override string ToString() => RefAttributeName.Length > 0 ? $"{Name}: {Kind} = @{RefAttributeName}" : $"{Name}: {Kind}";
}
