namespace Inference.Onnx;

/// <summary>A map value (<c>MapProto</c>): equal numbers of <see cref="Keys"/> or <see cref="StringKeys"/> and <see cref="Values"/>, in the same order.</summary>
public sealed class OnnxMap : OnnxMessage
{
    /// <summary>Its name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>The type of the keys: an integer type or string.</summary>
    public OnnxElementType KeyType { get; set; }

    /// <summary>Keys of integer type (for uint64, their bits).</summary>
    public long[] Keys { get; set; } = [];

    /// <summary>Keys of type string, as bytes, usually UTF-8.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> StringKeys { get; set; } = [];

    /// <summary>The values; null if the file has none.</summary>
    public OnnxSequence? Values { get; set; }
}
