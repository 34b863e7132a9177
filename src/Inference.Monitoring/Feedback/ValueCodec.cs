using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>
/// The values of a prediction as bytes: for each a kind (1 number, 2 text), then 8 bytes, little-endian, or a length of two bytes and that many bytes of UTF-8; or, if they are encrypted, kind 3 and the encrypted bytes.
/// </summary>
internal static class ValueCodec
{
    private const byte Number = 1;
    private const byte Text = 2;
    private const byte Sealed = 3;

    /// <summary>The bytes that a store keeps of a prediction's values.</summary>
    public static byte[] Encode(KeptPrediction prediction) => prediction.Sealed.IsEmpty ? Encode(prediction.Values.Span) : [Sealed, .. prediction.Sealed.Span];

    /// <summary>The encrypted values in what a store kept; empty if they are not encrypted.</summary>
    public static ReadOnlyMemory<byte> SealedOf(byte[] bytes) => bytes is [Sealed, ..] ? bytes.AsMemory(1) : default;

    public static byte[] Encode(ReadOnlySpan<FeedbackValue> values)
    {
        var writer = new ArrayBufferWriter<byte>(Math.Max(values.Length * 9, 1));
        foreach (FeedbackValue value in values)
        {
            if (value.Text is { } text)
            {
                int length = Encoding.UTF8.GetByteCount(text);
                Span<byte> to = writer.GetSpan(3 + length);
                to[0] = Text;
                BinaryPrimitives.WriteUInt16LittleEndian(to[1..], (ushort)length);
                Encoding.UTF8.GetBytes(text, to[3..]);
                writer.Advance(3 + length);
            }
            else
            {
                Span<byte> to = writer.GetSpan(9);
                to[0] = Number;
                BinaryPrimitives.WriteDoubleLittleEndian(to[1..], value.Number);
                writer.Advance(9);
            }
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <exception cref="FeedbackStoreException">The bytes are damaged.</exception>
    public static FeedbackValue[] Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [Sealed, ..])
        {
            return [];
        }

        var values = new List<FeedbackValue>(bytes.Length / 9);
        while (!bytes.IsEmpty)
        {
            if (bytes[0] == Number && bytes.Length >= 9)
            {
                values.Add(BinaryPrimitives.ReadDoubleLittleEndian(bytes[1..]));
                bytes = bytes[9..];
            }
            else if (bytes[0] == Text && bytes.Length >= 3 && BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]) is var length && bytes.Length >= 3 + length && Encoding.UTF8.GetString(bytes.Slice(3, length)) is { Length: <= FeedbackValue.MaxTextLength } text)
            {
                values.Add(text);
                bytes = bytes[(3 + length)..];
            }
            else
            {
                throw new FeedbackStoreException("The values of a prediction are damaged. Restore the store from a backup, or remove it.");
            }
        }

        return [.. values];
    }
}
