using System.Buffers;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>A sparse tensor in coordinate form (<c>SparseTensorProto</c>): [NNZ] values, and [NNZ] linear or [NNZ,rank] coordinate indices in ascending order.</summary>
public sealed class OnnxSparseTensor : OnnxMessage
{
    /// <summary>The values that are not the default, [NNZ]; its name is the name of the sparse tensor.</summary>
    public OnnxTensor Values { get; set; } = new();

    /// <summary>Their places, int64, [NNZ] or [NNZ,rank].</summary>
    public OnnxTensor Indices { get; set; } = new();

    /// <summary>The dense shape.</summary>
    public long[] Dims { get; set; } = [];

    /// <summary>The name, which is that of <see cref="Values"/>.</summary>
    public string Name
    {
        get => Values.Name;
        set => Values.Name = value;
    }

    /// <summary>Reads a file that holds one <c>SparseTensorProto</c> (test data), without copying raw content.</summary>
    /// <param name="bytes">The bytes; keep them unchanged while the value is used.</param>
    /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
    /// <exception cref="OnnxFormatException">The content is not such a value, or exceeds a limit.</exception>
    public static OnnxSparseTensor Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadSparse(ReadContext.Standalone(bytes, options));

    /// <summary>The value in protobuf form, external data embedded.</summary>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public byte[] ToArray() => OnnxWriter.ToArray(this, OnnxWriter.Write);

    /// <summary>Writes the value in protobuf form, external data embedded.</summary>
    /// <param name="output">Where to.</param>
    /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
    public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, this, OnnxWriter.Write);
}
