using System.Globalization;
using System.Text;

namespace Inference.Decisions;

/// <summary>Strings for logs and files: a single line without characters that a terminal or viewer interprets.</summary>
internal static class DecisionText
{
    /// <exception cref="ArgumentException">The text is empty, too long, or has a character that is not allowed in logs.</exception>
    public static void Require(string text, int longest, string what, string parameter)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new ArgumentException($"Expected {what}, got an empty text. Pass one; it is recorded in the log of decisions.", parameter);
        }

        if (text.Length > longest)
        {
            throw new ArgumentException($"Expected {what} of at most {longest} characters, got {text.Length}. Shorten it.", parameter);
        }

        int bad = FirstBad(text);
        if (bad >= 0)
        {
            throw new ArgumentException($"Expected {what} without control characters, got U+{(int)text[bad]:X4} at index {bad}. Remove it.", parameter);
        }
    }

    private static int FirstBad(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune) || IsBad(rune))
            {
                return i;
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return -1;
    }

    // Directional controls make a viewer display a text different from the actual one.
    private static bool IsBad(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
