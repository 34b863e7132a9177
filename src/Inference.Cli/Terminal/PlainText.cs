using System.Text;

namespace Inference.Cli.Terminal;

/// <summary>Text from files as one line that shows what it is: no control characters, no marks that change the direction of what follows, no halves of characters.</summary>
internal static class PlainText
{
    /// <summary>Replaces each such character by U+FFFD.</summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            plain.Append(IsPlain(rune.Value) ? rune.ToString() : "\uFFFD");
        }

        return plain.ToString();
    }

    // Controls, line and paragraph separators, marks of direction, invisible joiners, byte order mark, noncharacters.
    private static bool IsPlain(int code) => !(code is < 0x20 or (>= 0x7F and <= 0x9F) or 0x61C or (>= 0x200B and <= 0x200F) or (>= 0x2028 and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF or (>= 0xFDD0 and <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE);
}
