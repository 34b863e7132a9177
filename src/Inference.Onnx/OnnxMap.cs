using System.Buffers;
using Inference.Onnx.Serialization;

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

    /// <summary>Reads a file that holds one <c>MapProto</c> (test data), without copying raw content.</summary>
    /// <param name="bytes">The bytes; keep them unchanged while the value is used.</param>
    /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
    /// <exception cref="OnnxFormatException">The content is not such a value, or exceeds a limit.</exception>
    public static OnnxMap Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadMap(ReadContext.Standalone(bytes, options));

    /// <summary>The value in protobuf form, external data embedded.</summary>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public byte[] ToArray() => OnnxWriter.ToArray(this, OnnxWriter.Write);

    /// <summary>Writes the value in protobuf form, external data embedded.</summary>
    /// <param name="output">Where to.</param>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, this, OnnxWriter.Write);
}
