using System.Globalization;

namespace Inference.Operators.Contract;

/// <summary>
/// Forms of one declared symbol. Several inputs may name one dimension alike and yet differ at the call; where that matters each has a form of its own: the symbol, a
/// separator, a number. Broadcasting two forms gives a third, named by the numbers of both, as the result's size depends on their sizes alone.
/// </summary>
internal static class SymbolForms
{
    // No exporter writes it.
    private const char Separator = '\u001f';

    // Names grow with the inputs that meet in an operator; beyond, a size is as good as unknown.
    private const int MaxForms = 16;

    /// <summary>A form of a symbol; form 0 is the symbol itself.</summary>
    public static Dimension Form(string symbol, int form) =>
        Dimension.Named(form == 0 ? symbol : string.Create(CultureInfo.InvariantCulture, $"{symbol}{Separator}{form}"));

    /// <summary>The size of two forms of one symbol broadcast together; unknown where they are of different symbols.</summary>
    public static Dimension Broadcast(Dimension x, Dimension y)
    {
        if (x.Symbol is not { } a || y.Symbol is not { } b || !Base(a).SequenceEqual(Base(b)))
        {
            return Dimension.Unknown;
        }

        string[] forms = [.. Forms(a).Concat(Forms(b)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return forms.Length > MaxForms ? Dimension.Unknown : Dimension.Named($"{Base(a)}{Separator}{string.Join(',', forms)}");
    }

    /// <summary>Whether two dimensions are declared alike: one size, or forms of one symbol. Likely, not certain.</summary>
    public static bool IsLike(Dimension x, Dimension y) =>
        x == y ? x.IsFixed || x.Symbol is not null : x.Symbol is { } a && y.Symbol is { } b && Base(a).SequenceEqual(Base(b));

    private static ReadOnlySpan<char> Base(string symbol) => symbol.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and var at ? symbol.AsSpan(0, at) : symbol;

    private static string[] Forms(string symbol) => symbol.IndexOf(Separator, StringComparison.Ordinal) is >= 0 and var at ? symbol[(at + 1)..].Split(',') : ["0"];
}
