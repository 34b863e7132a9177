using System.Buffers;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>Reads and writes maps in memory.</summary>
public static class OnnxMapSerialization
{
    extension(OnnxMap)
    {
        /// <summary>Reads the bytes of one <c>MapProto</c> (as in test data) without copying raw content.</summary>
        /// <param name="bytes">The bytes; do not change them while the value is in use.</param>
        /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
        /// <exception cref="OnnxFormatException">The content is not a valid value of this kind, or exceeds a limit.</exception>
        public static OnnxMap Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadMap(ReadContext.Standalone(bytes, options));
    }

    /// <param name="value">The value.</param>
    extension(OnnxMap value)
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
