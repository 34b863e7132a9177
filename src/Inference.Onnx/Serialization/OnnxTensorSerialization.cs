using System.Buffers;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>Reads and writes tensors in memory.</summary>
public static class OnnxTensorSerialization
{
    extension(OnnxTensor)
    {
        /// <summary>Reads the bytes of one <c>TensorProto</c> (as in test data) without copying raw content.</summary>
        /// <param name="bytes">The bytes; do not change them while the value is in use.</param>
        /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
        /// <exception cref="OnnxFormatException">The content is not a valid value of this kind, or exceeds a limit.</exception>
        public static OnnxTensor Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadTensor(ReadContext.Standalone(bytes, options));
    }

    /// <param name="value">The value.</param>
    extension(OnnxTensor value)
    {
        /// <summary>Returns the value in protobuf encoding, with external data embedded.</summary>
        /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, contains itself, or lacks a required part.</exception>
        public byte[] ToArray() => OnnxWriter.ToArray(value, OnnxWriter.Write);

        /// <summary>Writes the value in protobuf encoding, with external data embedded.</summary>
        /// <param name="output">The destination.</param>
        /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, contains itself, or lacks a required part.</exception>
        public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, value, OnnxWriter.Write);
    }
}
