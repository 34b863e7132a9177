namespace Inference.Onnx;

/// <summary>A map value (<c>MapProto</c>): as many <see cref="Keys"/> or <see cref="StringKeys"/> as <see cref="Values"/>, in the same order.</summary>
public sealed class OnnxMap : OnnxMessage
{
    /// <summary>Its name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>Type of the keys: an integer type or string.</summary>
    public OnnxElementType KeyType { get; set; }

    /// <summary>The keys of integer type (the bits of uint64).</summary>
    public long[] Keys { get; set; } = [];

    /// <summary>The keys of type string, as bytes, usually UTF-8.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> StringKeys { get; set; } = [];

    /// <summary>The values; null where the file has none.</summary>
    public OnnxSequence? Values { get; set; }
}
