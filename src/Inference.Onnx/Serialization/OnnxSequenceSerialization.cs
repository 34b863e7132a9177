using System.Buffers;
using Inference.Onnx.Serialization;

namespace Inference.Onnx;

/// <summary>Sequences from and to memory.</summary>
public static class OnnxSequenceSerialization
{
    extension(OnnxSequence)
    {
        /// <summary>Reads a file that holds one <c>SequenceProto</c> (test data), without copying raw content.</summary>
        /// <param name="bytes">The bytes; keep them unchanged while the value is used.</param>
        /// <param name="options">Limits, and the folder of external data; null for the defaults.</param>
        /// <exception cref="OnnxFormatException">The content is not such a value, or exceeds a limit.</exception>
        public static OnnxSequence Read(ReadOnlyMemory<byte> bytes, OnnxReadOptions? options = null) => OnnxReader.ReadSequence(ReadContext.Standalone(bytes, options));
    }

    /// <param name="value">The value.</param>
    extension(OnnxSequence value)
    {
        /// <summary>The value in protobuf form, external data embedded.</summary>
        /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
        public byte[] ToArray() => OnnxWriter.ToArray(value, OnnxWriter.Write);

        /// <summary>Writes the value in protobuf form, external data embedded.</summary>
        /// <param name="output">Where to.</param>
        /// <exception cref="InvalidOperationException">The value exceeds 2^31 − 1 bytes, nests in a circle, or lacks a part it must have.</exception>
        public void Write(IBufferWriter<byte> output) => OnnxWriter.WriteTo(output, value, OnnxWriter.Write);
    }
}
