using System.Buffers;
using System.Text;

namespace Inference.AspNetCore.Protocol;

/// <summary>Tensors from raw bytes: little-endian, row-major; BYTES elements each after their length (uint32).</summary>
internal static class RawTensors
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Copies bytes into a new tensor; their number has been checked (<see cref="TensorRules.CheckBytes"/>).</summary>
    /// <exception cref="RequestFault">A BOOL is neither 0 nor 1, or a text is malformed.</exception>
    public static TensorValue Read(string name, ElementType type, ReadOnlySpan<long> shape, in ReadOnlySequence<byte> bytes)
    {
        TensorValue tensor = TensorValue.Allocate(type, shape);
        try
        {
            if (type == ElementType.String)
            {
                ReadTexts(name, bytes, tensor.AsWritableSpan<string>());
            }
            else
            {
                bytes.CopyTo(tensor.AsWritableBytes());
                if (type == ElementType.Bool)
                {
                    TensorRules.CheckFlags(name, tensor.AsBytes());
                }
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Decodes a text.</summary>
    /// <exception cref="RequestFault">It is not UTF-8.</exception>
    public static string Text(string what, in ReadOnlySequence<byte> bytes)
    {
        try
        {
            return bytes.IsSingleSegment ? s_utf8.GetString(bytes.FirstSpan) : s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new RequestFault(FaultKind.InvalidArgument, $"{what}: expected UTF-8, got other bytes.", exception);
        }
    }

    private static void ReadTexts(string name, in ReadOnlySequence<byte> bytes, Span<string> texts)
    {
        var reader = new SequenceReader<byte>(bytes);
        for (int i = 0; i < texts.Length; i++)
        {
            if (!reader.TryReadLittleEndian(out int length) || length < 0 || !reader.TryReadExact(length, out ReadOnlySequence<byte> text))
            {
                RequestFault.Throw($"Input '{name}', element {i}: expected its length as 4 bytes and that many bytes of text, got {reader.Remaining} bytes to the end.");
                return;
            }

            texts[i] = length == 0 ? "" : Text($"Input '{name}', element {i}", text);
        }

        if (!reader.End)
        {
            RequestFault.Throw($"Input '{name}': expected {texts.Length} texts, got {reader.Remaining} bytes more.");
        }
    }
}
