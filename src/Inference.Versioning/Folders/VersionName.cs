namespace Inference.Versioning.Folders;

/// <summary>The order of version names: runs of digits compare as numbers, everything else by character, so that 2 &lt; 10 and 1.9 &lt; 1.10; a <c>v</c> in front of a number is ignored. A total order.</summary>
internal sealed class VersionName : IComparer<string>
{
    public static VersionName Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
        {
            return x is null ? (y is null ? 0 : -1) : 1;
        }

        int i = Start(x);
        int j = Start(y);
        while (i < x.Length && j < y.Length)
        {
            int order = char.IsAsciiDigit(x[i]) && char.IsAsciiDigit(y[j]) ? CompareNumbers(x, ref i, y, ref j) : x[i++].CompareTo(y[j++]);
            if (order != 0)
            {
                return order;
            }
        }

        int rest = (x.Length - i).CompareTo(y.Length - j);
        // Names that differ only in leading zeros (01 and 1) still need a defined order.
        return rest != 0 ? rest : string.CompareOrdinal(x, y);
    }

    /// <summary>
    /// Whether a name is a version number: groups of digits separated by <c>.</c>, <c>-</c> or <c>_</c>, optionally with a <c>v</c> in front (8, 1.10, v2, 2026-11-29). Only numbers are newer or older than
    /// others: <c>old</c>, <c>copy</c> and <c>7.bak</c> are versions that are served by name or label alone.
    /// </summary>
    public static bool IsNumber(string name)
    {
        bool digit = false;
        foreach (char c in name.AsSpan(Start(name)))
        {
            bool separator = c is '.' or '-' or '_';
            if ((separator && !digit) || (!separator && !char.IsAsciiDigit(c)))
            {
                return false;
            }

            digit = !separator;
        }

        return digit;
    }

    /// <summary>Whether a directory name is a valid version: not hidden, not a staging name (<c>_x</c>, <c>x.tmp</c>, <c>x~</c>), not a path.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 128
        && name[0] is not ('.' or '_')
        && !name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase)
        && name[^1] != '~'
        && name.IndexOfAny(['/', '\\', '\0', '\n', '\r']) < 0;

    private static int Start(string name) => name.Length > 1 && name[0] is 'v' or 'V' && char.IsAsciiDigit(name[1]) ? 1 : 0;

    private static int CompareNumbers(string x, ref int i, string y, ref int j)
    {
        ReadOnlySpan<char> a = Digits(x, ref i);
        ReadOnlySpan<char> b = Digits(y, ref j);
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    private static ReadOnlySpan<char> Digits(string text, ref int index)
    {
        int start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index]))
        {
            index++;
        }

        return text.AsSpan(start, index - start).TrimStart('0');
    }
}
