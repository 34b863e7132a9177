using System.Text;

namespace Inference.Operators.Text;

/// <summary>Rewrites patterns of RE2's syntax to .NET's: classes of ASCII characters, named groups, quoted text.</summary>
internal static class Re2Pattern
{
    public static string Translate(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 16);
        bool inClass = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                char next = pattern[++i];
                if (next == 'Q')
                {
                    int end = pattern.IndexOf("\\E", i + 1, StringComparison.Ordinal);
                    end = end < 0 ? pattern.Length : end;
                    result.Append(System.Text.RegularExpressions.Regex.Escape(pattern[(i + 1)..end]));
                    i = end + 1;
                    continue;
                }

                result.Append(Escape(next, inClass));
                continue;
            }

            if (inClass)
            {
                inClass = c != ']' || IsFirstInClass(pattern, i);
                result.Append(c == '[' && !(i + 1 < pattern.Length && pattern[i + 1] == ':') ? "\\[" : c.ToString());
                if (c == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
                {
                    result.Length--;
                    i = AppendPosixClass(pattern, i, result);
                }

                continue;
            }

            inClass = c == '[';
            if (c == '(' && pattern.AsSpan(i).StartsWith("(?P<"))
            {
                result.Append("(?<");
                i += 3;
                continue;
            }

            result.Append(c);
        }

        return result.ToString();
    }

    private static bool IsFirstInClass(string pattern, int at) => pattern[at - 1] == '[' || (pattern[at - 1] == '^' && at >= 2 && pattern[at - 2] == '[');

    private static string Escape(char c, bool inClass) => (c, inClass) switch
    {
        ('d', true) => "0-9",
        ('w', true) => "0-9A-Za-z_",
        ('s', true) => @"\t\n\f\r ",
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', false) => "[0-9A-Za-z_]",
        ('W', false) => "[^0-9A-Za-z_]",
        ('s', false) => @"[\t\n\f\r ]",
        ('S', false) => @"[^\t\n\f\r ]",
        _ => "\\" + c,
    };

    private static int AppendPosixClass(string pattern, int at, StringBuilder result)
    {
        int end = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        string name = end < 0 ? "" : pattern[(at + 2)..end];
        string? set = name switch
        {
            "alnum" => "0-9A-Za-z",
            "alpha" => "A-Za-z",
            "ascii" => @"\x00-\x7F",
            "blank" => @"\t ",
            "cntrl" => @"\x00-\x1F\x7F",
            "digit" => "0-9",
            "graph" => "!-~",
            "lower" => "a-z",
            "print" => " -~",
            "punct" => @"!-/:-@\[-`{-~",
            "space" => @"\t\n\v\f\r ",
            "upper" => "A-Z",
            "word" => "0-9A-Za-z_",
            "xdigit" => "0-9A-Fa-f",
            _ => null,
        };
        if (set is null)
        {
            throw new ArgumentException($"the class [:{name}:] is not known");
        }

        result.Append(set);
        return end + 1;
    }
}
