using System.Globalization;
using System.Text;

namespace Inference.Generators.Signatures;

/// <summary>Reads the JSON of signature files: objects as dictionaries, arrays as lists, strings, integers, booleans, null. A generator cannot depend on a library for this.</summary>
/// <param name="text">The text.</param>
internal sealed class JsonText(string text)
{
    // A signature nests four deep; the reader calls itself for each level.
    private const int MaxDepth = 64;

    private int _at;

    /// <summary>The value of the text.</summary>
    /// <exception cref="FormatException">The text is not valid JSON of this kind.</exception>
    public object? Read()
    {
        object? value = Value(0);
        SkipSpace();
        return _at == text.Length ? value : throw Bad("the end");
    }

    private object? Value(int depth)
    {
        SkipSpace();
        switch (_at < text.Length && depth <= MaxDepth ? text[_at] : '\0')
        {
            case '{':
                return Object(depth);
            case '[':
                return Array(depth);
            case '"':
                return String();
            case 't':
                return Word("true", true);
            case 'f':
                return Word("false", false);
            case 'n':
                return Word("null", null);
            default:
                return Number();
        }
    }

    private Dictionary<string, object?> Object(int depth)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        _at++;
        while (!Take('}'))
        {
            if (members.Count > 0)
            {
                Expect(',');
            }

            SkipSpace();
            string name = String();
            Expect(':');
            members[name] = Value(depth + 1);
        }

        return members;
    }

    private List<object?> Array(int depth)
    {
        var items = new List<object?>();
        _at++;
        while (!Take(']'))
        {
            if (items.Count > 0)
            {
                Expect(',');
            }

            items.Add(Value(depth + 1));
        }

        return items;
    }

    private string String()
    {
        Expect('"');
        var value = new StringBuilder();
        while (_at < text.Length && text[_at] != '"')
        {
            char next = text[_at++];
            value.Append(next == '\\' ? Escaped() : next);
        }

        Expect('"');
        return value.ToString();
    }

    private char Escaped()
    {
        char escape = _at < text.Length ? text[_at++] : throw Bad("an escape");
        switch (escape)
        {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= text.Length && ushort.TryParse(text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit):
                _at += 4;
                return (char)unit;
            default:
                return escape is '"' or '\\' or '/' ? escape : throw Bad("an escape");
        }
    }

    private long Number()
    {
        int start = _at;
        while (_at < text.Length && (char.IsDigit(text[_at]) || text[_at] == '-'))
        {
            _at++;
        }

        return long.TryParse(text.Substring(start, _at - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : throw Bad("a value");
    }

    private object? Word(string word, object? value)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0)
        {
            throw Bad("a value");
        }

        _at += word.Length;
        return value;
    }

    private bool Take(char wanted)
    {
        SkipSpace();
        if (_at < text.Length && text[_at] == wanted)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(char wanted)
    {
        if (!Take(wanted))
        {
            throw Bad($"'{wanted}'");
        }
    }

    private void SkipSpace()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }
    }

    private FormatException Bad(string expected) => new($"expected {expected} at character {_at} of {text.Length}");
}
