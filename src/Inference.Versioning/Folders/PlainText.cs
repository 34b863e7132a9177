using System.Globalization;
using System.Text;

namespace Inference.Versioning.Folders;

/// <summary>Texts of one line that look like what they are: without control characters, line separators, and marks of direction, which make a viewer display another text.</summary>
internal static class PlainText
{
    // The names of a message are short; what is longer is an attack or a mistake.
    private const int LongestShown = 100;

    /// <summary>Whether a text is valid Unicode and plain.</summary>
    public static bool IsPlain(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out Rune rune) || IsHidden(rune))
            {
                return false;
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return true;
    }

    /// <summary>The text for a message: what is not plain as <c>\uXXXX</c>, and shortened.</summary>
    public static string Shown(string text)
    {
        var shown = new StringBuilder();
        for (int i = 0; i < text.Length && shown.Length < LongestShown; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out Rune rune) && !IsHidden(rune))
            {
                shown.Append(rune);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
        }

        return shown.Length < LongestShown ? shown.ToString() : $"{shown}…";
    }

    /// <exception cref="ArgumentException">The text is empty, too long or not plain.</exception>
    public static void Require(string text, int longest, string what, string parameter)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > longest || !IsPlain(text))
        {
            throw new ArgumentException($"Expected {what} of 1 to {longest} characters without control characters and marks of direction, got {text?.Length ?? 0}: '{Shown(text ?? "")}'. Choose another.", parameter);
        }
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x061C or 0x200E or 0x200F or 0xFFFD or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
