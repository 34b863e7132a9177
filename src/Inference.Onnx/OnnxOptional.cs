using System.Buffers;
using Inference.Onnx.Serialization;

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

    /// <summary>Reads a file that holds one <c>OptionalProto</c> (test data), without copying raw content.</summary>
    /// <param name="bytes">The bytes; keep them unchanged while the value is used.</param>
    /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
    /// <exception cref="OnnxFormatException">The content is not such a value, or exceeds a limit.</exception>
    public static OnnxOptional Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadOptional(ReadContext.Standalone(bytes, options));

    /// <summary>The value in protobuf form, external data embedded.</summary>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public byte[] ToArray() => OnnxWriter.ToArray(this, OnnxWriter.Write);

    /// <summary>Writes the value in protobuf form, external data embedded.</summary>
    /// <param name="output">Where to.</param>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, this, OnnxWriter.Write);
}
