using System.Buffers;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>A sequence value (<c>SequenceProto</c>); only the list that <see cref="ElementKind"/> names counts.</summary>
public sealed class OnnxSequence : OnnxMessage
{
    /// <summary>Its name; may be empty.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it holds.</summary>
    public OnnxValueKind ElementKind { get; set; }

    /// <summary>The elements of a sequence of tensors.</summary>
    public List<OnnxTensor> Tensors { get; } = [];

    /// <summary>The elements of a sequence of sparse tensors.</summary>
    public List<OnnxSparseTensor> SparseTensors { get; } = [];

    /// <summary>The elements of a sequence of sequences.</summary>
    public List<OnnxSequence> Sequences { get; } = [];

    /// <summary>The elements of a sequence of maps.</summary>
    public List<OnnxMap> Maps { get; } = [];

    /// <summary>The elements of a sequence of optionals.</summary>
    public List<OnnxOptional> Optionals { get; } = [];

    /// <summary>The number of elements.</summary>
    public int Count => ElementKind switch
    {
        OnnxValueKind.Tensor => Tensors.Count,
        OnnxValueKind.SparseTensor => SparseTensors.Count,
        OnnxValueKind.Sequence => Sequences.Count,
        OnnxValueKind.Map => Maps.Count,
        OnnxValueKind.Optional => Optionals.Count,
        _ => 0,
    };

    /// <summary>Reads a file that holds one <c>SequenceProto</c> (test data), without copying raw content.</summary>
    /// <param name="bytes">The bytes; keep them unchanged while the value is used.</param>
    /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
    /// <exception cref="OnnxFormatException">The content is not such a value, or exceeds a limit.</exception>
    public static OnnxSequence Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadSequence(ReadContext.Standalone(bytes, options));

    /// <summary>The value in protobuf form, external data embedded.</summary>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public byte[] ToArray() => OnnxWriter.ToArray(this, OnnxWriter.Write);

    /// <summary>Writes the value in protobuf form, external data embedded.</summary>
    /// <param name="output">Where to.</param>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, this, OnnxWriter.Write);
}
