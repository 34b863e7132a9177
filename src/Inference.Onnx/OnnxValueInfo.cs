namespace Inference.Onnx;

/// <summary>Name and type of a value (<c>ValueInfoProto</c>).</summary>
public sealed class OnnxValueInfo : OnnxMessage
{
    private OnnxMetadata? _metadata;

    /// <summary>Creates an empty description.</summary>
    public OnnxValueInfo()
    {
    }

    /// <summary>Creates a description.</summary>
    /// <param name="name">Name of the value.</param>
    /// <param name="type">Its type; null where unknown.</param>
    public OnnxValueInfo(string name, OnnxType? type = null)
    {
        Name = name;
        Type = type;
    }

    /// <summary>Name of the value.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its type; null where the file does not state it.</summary>
    public OnnxType? Type { get; set; }

    /// <summary>Free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Keys and values of any meaning.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    internal bool HasMetadata => _metadata is { Count: > 0 };

    /// <summary>Such as "input: float32[batch,3]".</summary>
    public override string ToString() => $"{Name}: {Type?.ToString() ?? "?"}";
}
