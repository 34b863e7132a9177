using Inference.Onnx.Serialization;

namespace Inference.Onnx;

public sealed partial class OnnxTensor
{
    /// <summary>Reads a file that holds one <c>TensorProto</c> (test data), without copying raw content.</summary>
    /// <param name="bytes">The bytes; keep them unchanged while the tensor is used.</param>
    /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
    /// <exception cref="OnnxFormatException">The content is not a tensor, or exceeds a limit.</exception>
    public static OnnxTensor Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadTensor(ReadContext.Standalone(bytes, options));
}
