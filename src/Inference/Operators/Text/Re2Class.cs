using System.Globalization;
using System.Text;

namespace Inference.Operators.Text;

/// <summary>Rewrites one class of characters of RE2's syntax, [a-z\d[:punct:]], to .NET's.</summary>
internal sealed class Re2Class(string pattern)
{
    // A character beyond U+FFFF is two of .NET's; half of one is never taken alone.
    private const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    private const string NoHalves = @"-[\uD800-\uDFFF]";

    private readonly StringBuilder _set = new();
    private readonly List<string> _beyond = [];
    private bool _takesAllBeyond;

    /// <summary>Any character but those of a set in .NET's syntax.</summary>
    public static string Negated(string set) => $@"(?:{Pair}|[^{set}\uD800-\uDFFF])";

    /// <summary>Whether \c stands for a set.</summary>
    public static bool IsSet(char c) => c is 'd' or 'D' or 'w' or 'W' or 's' or 'S' or 'p' or 'P';

    /// <summary>The number of \xHH or \x{H…}; <paramref name="at"/> moves from the backslash behind it.</summary>
    public static int Hexadecimal(string pattern, ref int at)
    {
        ReadOnlySpan<char> digits = pattern.AsSpan(Math.Min(at + 2, pattern.Length));
        int length = 2;
        if (digits.Length > 0 && digits[0] == '{')
        {
            int end = digits.IndexOf('}');
            digits = end < 0 ? default : digits[1..end];
            length = digits.Length;
            at += 2;
        }

        if (digits.Length < length || !int.TryParse(digits[..length], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value) || !Rune.IsValid(value))
        {
            throw new ArgumentException(@"expected \xHH or \x{H…} of a character");
        }

        at += 2 + length;
        return value;
    }

    /// <summary>Appends the class that starts behind its bracket at <paramref name="at"/>, which moves behind its end.</summary>
    public void Append(ref int at, StringBuilder result)
    {
        bool negated = at < pattern.Length && pattern[at] == '^';
        at += negated ? 1 : 0;
        int first = at;
        while (at < pattern.Length && (pattern[at] != ']' || at == first))
        {
            Item(ref at);
        }

        if (at >= pattern.Length)
        {
            throw new ArgumentException("a character class is not closed");
        }

        at++;
        Append(negated, result);
    }

    /// <summary>Appends the set of an escape outside of brackets, \d or \pL; <paramref name="at"/> moves behind it.</summary>
    public void AppendOne(ref int at, StringBuilder result)
    {
        Item(ref at);
        Append(negated: false, result);
    }

    private void Append(bool negated, StringBuilder result)
    {
        if (negated && _beyond.Count > 0)
        {
            throw new ArgumentException("characters beyond U+FFFF in a negated class are not supported");
        }

        if (negated)
        {
            // What a set takes beyond U+FFFF, its complement leaves out.
            _ = _takesAllBeyond ? result.Append("[^").Append(_set).Append(NoHalves).Append(']') : result.Append("(?:" + Pair + "|[^").Append(_set).Append(NoHalves).Append("])");
            return;
        }

        if (_takesAllBeyond)
        {
            _beyond.Add(Pair);
        }

        string set = _set.Length == 0 ? "" : $"[{_set}{NoHalves}]";
        _ = _beyond.Count == 0 ? result.Append(set)
            : result.Append("(?:").Append(set).Append(set.Length == 0 ? "" : "|").AppendJoin('|', _beyond).Append(')');
    }

    private void Item(ref int at)
    {
        if (pattern.AsSpan(at).StartsWith("[:"))
        {
            int end = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
            if (end >= 0)
            {
                bool negated = pattern[at + 2] == '^';
                string name = pattern[(at + (negated ? 3 : 2))..end];
                Add(Named(name) ?? throw new ArgumentException($"the class [:{name}:] is not known"), negated);
                at = end + 2;
                return;
            }
        }

        if (pattern[at] == '\\' && at + 1 < pattern.Length && IsSet(pattern[at + 1]))
        {
            Escaped(ref at);
            return;
        }

        int low = Character(ref at);
        int high = low;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
        {
            at++;
            high = Character(ref at);
            if (high < low)
            {
                throw new ArgumentException("a range of characters is in reverse order");
            }
        }

        AddRange(low, high);
    }

    private void Escaped(ref int at)
    {
        char kind = pattern[at + 1];
        at += 2;
        switch (kind)
        {
            case 'd' or 'D':
                Add([('0', '9')], kind == 'D');
                break;
            case 'w' or 'W':
                Add([('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')], kind == 'W');
                break;
            case 's' or 'S':
                Add([('\t', '\n'), ('\f', '\r'), (' ', ' ')], kind == 'S');
                break;
            default:
                Category(ref at, kind == 'P');
                break;
        }
    }

    // \pL, \p{Lu}, \p{^Lu}, \PL.
    private void Category(ref int at, bool negated)
    {
        int end = at < pattern.Length && pattern[at] == '{' ? pattern.IndexOf('}', at) : at;
        if (end < 0 || end >= pattern.Length)
        {
            throw new ArgumentException(@"expected \pN or \p{Name}");
        }

        string name = end == at ? pattern[at..(at + 1)] : pattern[(at + 1)..end];
        at = end + 1;
        if (name.StartsWith('^'))
        {
            (name, negated) = (name[1..], !negated);
        }

        _set.Append(negated ? @"\P{" : @"\p{").Append(name).Append('}');
        _takesAllBeyond |= negated;
    }

    private int Character(ref int at)
    {
        if (pattern[at] != '\\' || at + 1 >= pattern.Length)
        {
            Rune.DecodeFromUtf16(pattern.AsSpan(at), out Rune rune, out int length);
            at += length;
            return rune.Value;
        }

        char next = pattern[at + 1];
        if (next == 'x')
        {
            return Hexadecimal(pattern, ref at);
        }

        at += 2;
        return next switch { 'a' => '\a', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => next };
    }

    private void Add(ReadOnlySpan<(char Low, char High)> ranges, bool negated)
    {
        if (!negated)
        {
            foreach ((char low, char high) in ranges)
            {
                AddRange(low, high);
            }

            return;
        }

        int next = 0;
        foreach ((char low, char high) in ranges)
        {
            if (low > next)
            {
                AddRange(next, low - 1);
            }

            next = high + 1;
        }

        AddRange(next, char.MaxValue);
        _takesAllBeyond = true;
    }

    private void AddRange(int low, int high)
    {
        if (low <= char.MaxValue)
        {
            _set.Append(CultureInfo.InvariantCulture, $"{Unit(low)}-{Unit(Math.Min(high, char.MaxValue))}");
        }

        if (high <= char.MaxValue)
        {
            return;
        }

        string from = char.ConvertFromUtf32(Math.Max(low, 0x10000));
        string to = char.ConvertFromUtf32(high);
        if (from[0] == to[0])
        {
            _beyond.Add($"{Unit(from[0])}[{Unit(from[1])}-{Unit(to[1])}]");
            return;
        }

        _beyond.Add($@"{Unit(from[0])}[{Unit(from[1])}-\uDFFF]");
        if (to[0] - from[0] > 1)
        {
            _beyond.Add($@"[{Unit(from[0] + 1)}-{Unit(to[0] - 1)}][\uDC00-\uDFFF]");
        }

        _beyond.Add($@"{Unit(to[0])}[\uDC00-{Unit(to[1])}]");
    }

    private static string Unit(int unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    // In the order of their characters.
    private static (char Low, char High)[]? Named(string name) => name switch
    {
        "alnum" => [('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => [('A', 'Z'), ('a', 'z')],
        "ascii" => [('\0', '\x7F')],
        "blank" => [('\t', '\t'), (' ', ' ')],
        "cntrl" => [('\0', '\x1F'), ('\x7F', '\x7F')],
        "digit" => [('0', '9')],
        "graph" => [('!', '~')],
        "lower" => [('a', 'z')],
        "print" => [(' ', '~')],
        "punct" => [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => [('\t', '\r'), (' ', ' ')],
        "upper" => [('A', 'Z')],
        "word" => [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => [('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => null,
    };
}
