namespace Inference.Onnx;

/// <summary>The name and type of a value (<c>ValueInfoProto</c>).</summary>
public sealed class OnnxValueInfo : OnnxMessage
{
    private OnnxMetadata? _metadata;

    /// <summary>Creates an empty description.</summary>
    public OnnxValueInfo()
    {
    }

    /// <summary>Creates a description.</summary>
    /// <param name="name">The name of the value.</param>
    /// <param name="type">The type; null if unknown.</param>
    public OnnxValueInfo(string name, OnnxType? type = null)
    {
        Name = name;
        Type = type;
    }

    /// <summary>The name of the value.</summary>
    public string Name { get; set; } = "";

    /// <summary>The type of the value; null if the file does not state it.</summary>
    public OnnxType? Type { get; set; }

    /// <summary>Documentation in free text.</summary>
    public string DocString { get; set; } = "";

    /// <summary>Metadata: arbitrary keys and values.</summary>
    public OnnxMetadata Metadata => _metadata ??= new();

    internal bool HasMetadata => _metadata is { Count: > 0 };

    /// <summary>Formats the name and type, such as "input: float32[batch,3]".</summary>
    public override string ToString() => $"{Name}: {Type?.ToString() ?? "?"}";
}
