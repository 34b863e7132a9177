using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>Redacts the values of one column. Immutable.</summary>
internal sealed class Redactor(string column, FeedbackColumnOptions options, FeedbackOptions all, Microsoft.Extensions.Compliance.Redaction.Redactor? classified)
{
    private static readonly FeedbackValue s_missing = double.NaN;
    private readonly byte[] _key = Encoding.UTF8.GetBytes(all.HashKey ?? "");

    /// <summary>The hash of a subject: 32 hexadecimal digits of HMAC-SHA-256.</summary>
    public static string Subject(byte[] key, string subject) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16));

    public FeedbackValue Redact(double number) => Change(classified is not null ? Classified(number.ToString(CultureInfo.InvariantCulture)) : options.Redaction switch
    {
        FeedbackRedaction.Hash when !double.IsNaN(number) => Hash(number),
        FeedbackRedaction.Round => Math.Round(number / options.Step) * options.Step,
        _ => number,
    });

    public FeedbackValue Redact(string? text) => Change(text is null || options.Redaction == FeedbackRedaction.Round ? s_missing
        : options.Redaction == FeedbackRedaction.Hash ? Hash(Encoding.UTF8.GetBytes(text))
        : classified is not null ? Classified(text)
        : new FeedbackValue(FeedbackText.Storable(text)));

    private FeedbackValue Classified(string text) => new(FeedbackText.Storable(classified!.Redact(text)));

    private FeedbackValue Change(FeedbackValue value)
    {
        if (all.Redact is not { } redact)
        {
            return value;
        }

        FeedbackValue changed = redact(column, value);
        return changed.Text is { } text ? new FeedbackValue(FeedbackText.Storable(text)) : changed;
    }

    private FeedbackValue Hash(double number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
        return Hash(bytes);
    }

    private FeedbackValue Hash(ReadOnlySpan<byte> bytes) => new(Convert.ToHexStringLower(HMACSHA256.HashData(_key, bytes).AsSpan(0, 8)));
}
