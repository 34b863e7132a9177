using System.Text;
using System.Text.RegularExpressions;

namespace Inference.Operators.Text;

/// <summary>
/// The tokens of each text X[C] or X[N, C] → Y[.., most tokens], filled with <c>pad_value</c>: what matches <c>tokenexp</c>, or what lies between matches of <c>separators</c>, each
/// of at least <c>mincharnum</c> characters; one empty separator, or the expression ".": the characters. With <c>mark</c>, U+0002 and U+0003 stand around the tokens. Patterns have RE2's syntax;
/// matching takes time linear in the text. Source: com.microsoft Tokenizer.
/// </summary>
internal sealed class Tokenizer : Operator
{
    private readonly bool _mark;
    private readonly long _shortest;
    private readonly string _fill;
    private readonly Regex? _token;
    private readonly Regex[] _separators;

    public Tokenizer(Node node)
    {
        _mark = node.Attributes.Int("mark", 0) != 0;
        _shortest = node.Attributes.Int("mincharnum", 1);
        _fill = node.Attributes.String("pad_value", "");
        string token = node.Attributes.String("tokenexp", "");
        string[] separators = node.Attributes.Strings("separators") ?? [];
        if (_shortest < 1)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'mincharnum': expected 1 or more, got {_shortest}.");
        }

        if ((token.Length > 0) == (separators.Length > 0))
        {
            throw new ModelLoadException($"{node.Describe()}: expected one of the attributes 'tokenexp' and 'separators', got {(token.Length > 0 ? "both" : "none")}.");
        }

        bool characters = separators is [""] || token == ".";
        if (characters && _shortest > 1)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'mincharnum': expected 1 because each character is a token, got {_shortest}.");
        }

        _token = token.Length > 0 && !characters ? Compile(node, "tokenexp", token) : null;
        _separators = characters ? [] : Array.ConvertAll(separators, s => Compile(node, "separators", s));
    }

    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, ElementType.String, context.InputShape(0) is { } shape ? [.. shape, Dimension.Unknown] : null);

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        var rows = new List<string>[x.Count];
        int most = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            context.ThrowIfCancelled();
            rows[i] = _token is not null ? Matches(x.Strings[i], _token) : _separators.Length > 0 ? Between(x.Strings[i]) : Characters(x.Strings[i]);
            most = Math.Max(most, rows[i].Count);
        }

        int width = most == 0 ? 0 : most + (_mark ? 2 : 0);
        Span<string> y = context.Output(0, ElementType.String, [.. x.Dims, width]).Strings;
        y.Fill(_fill);
        for (int i = 0; i < rows.Length && width > 0; i++)
        {
            Span<string> own = y.Slice(i * width, width);
            if (_mark)
            {
                own[0] = "\u0002";
                own[rows[i].Count + 1] = "\u0003";
                own = own[1..];
            }

            rows[i].CopyTo(own);
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        // The longest text of the batch decides how wide all are.
        context.SetAllMixed();
    }

    private static Regex Compile(Node node, string attribute, string pattern)
    {
        try
        {
            return new Regex(Re2Pattern.Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute '{attribute}': expected a regular expression, got '{pattern}' ({exception.Message}).");
        }
    }

    private List<string> Matches(string text, Regex pattern)
    {
        var tokens = new List<string>();
        foreach (ValueMatch match in pattern.EnumerateMatches(text))
        {
            Add(tokens, text.AsSpan(match.Index, match.Length));
        }

        return tokens;
    }

    // Each separator in turn cuts what the ones before have left.
    private List<string> Between(string text)
    {
        List<Range> parts = [0..text.Length];
        foreach (Regex separator in _separators)
        {
            var cut = new List<Range>();
            foreach (Range part in parts)
            {
                (int start, int length) = part.GetOffsetAndLength(text.Length);
                int from = start;
                foreach (ValueMatch match in separator.EnumerateMatches(text.AsSpan(start, length)))
                {
                    if (match.Length > 0)
                    {
                        cut.Add(from..(start + match.Index));
                        from = start + match.Index + match.Length;
                    }
                }

                cut.Add(from..(start + length));
            }

            parts = cut;
        }

        var tokens = new List<string>();
        foreach (Range part in parts)
        {
            Add(tokens, text.AsSpan()[part]);
        }

        return tokens;
    }

    private static List<string> Characters(string text)
    {
        var tokens = new List<string>(text.Length);
        foreach (Rune character in text.EnumerateRunes())
        {
            tokens.Add(character.ToString());
        }

        return tokens;
    }

    private void Add(List<string> tokens, ReadOnlySpan<char> token)
    {
        long characters = 0;
        foreach (Rune _ in token.EnumerateRunes())
        {
            characters++;
        }

        if (characters >= _shortest)
        {
            tokens.Add(token.ToString());
        }
    }
}
