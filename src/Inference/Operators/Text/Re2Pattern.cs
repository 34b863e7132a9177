using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Inference.Operators.Text;

/// <summary>
/// Rewrites patterns of RE2's syntax to .NET's: classes of ASCII characters, named groups, quoted text, ends of the text; and characters beyond U+FFFF, which RE2 takes as one
/// and .NET as two.
/// </summary>
internal sealed class Re2Pattern
{
    private readonly string _pattern;
    private readonly StringBuilder _result;
    private readonly Stack<(bool All, bool Lines)> _outer = new();
    private int _at;

    // Whether '.' takes line ends (?s), and whether '^' and '$' are of lines (?m).
    private (bool All, bool Lines) _flags;

    private Re2Pattern(string pattern)
    {
        _pattern = pattern;
        _result = new StringBuilder(pattern.Length + 16);
    }

    /// <summary>The pattern for .NET.</summary>
    /// <exception cref="ArgumentException">It uses what has no form there.</exception>
    public static string Translate(string pattern)
    {
        var translation = new Re2Pattern(pattern);
        while (translation._at < pattern.Length)
        {
            translation.Next();
        }

        return translation._result.ToString();
    }

    private void Next()
    {
        char c = _pattern[_at];
        switch (c)
        {
            case '\\' when _at + 1 < _pattern.Length:
                Escape();
                return;
            case '[':
                _at++;
                new Re2Class(_pattern).Append(ref _at, _result);
                return;
            case '(':
                Open();
                return;
            case ')':
                _flags = _outer.TryPop(out (bool, bool) flags) ? flags : _flags;
                _result.Append(c);
                break;
            case '.':
                _result.Append(_flags.All ? Re2Class.Negated("") : Re2Class.Negated(@"\n"));
                break;
            case '$':
                // Without (?m) the end of the text; in .NET also the place before a last line end.
                _result.Append(_flags.Lines ? "$" : @"\z");
                break;
            case var _ when char.IsHighSurrogate(c) && _at + 1 < _pattern.Length:
                _result.Append("(?:").Append(_pattern, _at, 2).Append(')');
                _at++;
                break;
            default:
                _result.Append(c);
                break;
        }

        _at++;
    }

    private void Escape()
    {
        char next = _pattern[_at + 1];
        if (next == 'Q')
        {
            int end = _pattern.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
            end = end < 0 ? _pattern.Length : end;
            foreach (Rune rune in _pattern[(_at + 2)..end].EnumerateRunes())
            {
                _result.Append("(?:").Append(Regex.Escape(rune.ToString())).Append(')');
            }

            _at = Math.Min(end + 2, _pattern.Length);
            return;
        }

        if (next == 'C')
        {
            throw new ArgumentException(@"\C, a single byte, is not supported");
        }

        if (Re2Class.IsSet(next))
        {
            new Re2Class(_pattern).AppendOne(ref _at, _result);
            return;
        }

        if (next == 'x')
        {
            _result.Append("(?:").Append(Regex.Escape(char.ConvertFromUtf32(Re2Class.Hexadecimal(_pattern, ref _at)))).Append(')');
            return;
        }

        _result.Append('\\').Append(next);
        _at += 2;
    }

    // (…), (?:…), (?P<name>…), (?<name>…), (?flags:…) and, for the rest of the group, (?flags).
    private void Open()
    {
        (bool All, bool Lines) before = _flags;
        ReadOnlySpan<char> rest = _pattern.AsSpan(_at);
        int flags = rest.StartsWith("(?") ? rest.IndexOfAny(')', ':') : -1;
        if (rest.StartsWith("(?P<"))
        {
            _result.Append("(?<");
            _at += 4;
        }
        else if (flags < 0 || rest[2] is '<')
        {
            _result.Append('(');
            _at++;
        }
        else
        {
            bool on = true;
            foreach (char flag in rest[2..flags])
            {
                _ = flag switch
                {
                    '-' => on = false,
                    's' => _flags.All = on,
                    'm' => _flags.Lines = on,
                    'i' => on,
                    _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"the flag '{flag}' is not supported")),
                };
            }

            _result.Append(rest[..(flags + 1)]);
            _at += flags + 1;
            if (rest[flags] == ')')
            {
                return;
            }
        }

        _outer.Push(before);
    }
}
