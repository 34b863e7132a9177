using System.Text;
using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

/// <summary>Texts that every store can hold: valid Unicode without the character 0.</summary>
internal static class FeedbackText
{
    /// <summary>Whether a text can be stored as it is.</summary>
    public static bool IsStorable(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '\0' || Rune.DecodeFromUtf16(text, out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    /// <summary>The text, cut to <see cref="FeedbackValue.MaxTextLength"/> characters, with U+FFFD for what cannot be stored.</summary>
    public static string Storable(string text)
    {
        if (text.Length <= FeedbackValue.MaxTextLength && IsStorable(text))
        {
            return text;
        }

        var storable = new StringBuilder(FeedbackValue.MaxTextLength);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune kept = rune.Value == 0 ? Rune.ReplacementChar : rune;
            if (storable.Length + kept.Utf16SequenceLength > FeedbackValue.MaxTextLength)
            {
                break;
            }

            storable.Append(kept.ToString());
        }

        return storable.ToString();
    }
}
