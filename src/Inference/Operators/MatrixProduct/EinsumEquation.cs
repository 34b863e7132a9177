namespace Inference.Operators.MatrixProduct;

/// <summary>An einsum equation: the labels of each operand and of the output. Letters are labels; '.' stands for the dimensions of an ellipsis.</summary>
internal sealed class EinsumEquation
{
    private const char Ellipsis = '.';

    private EinsumEquation(string[] operands, string output)
    {
        Operands = operands;
        Output = output;
    }

    public string[] Operands { get; }

    public string Output { get; }

    /// <summary>Reads an equation; an output left out is the ellipsis and the labels that occur once, in alphabetical order.</summary>
    /// <exception cref="FormatException">The text is no equation.</exception>
    public static EinsumEquation Parse(string text)
    {
        string compact = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        int arrow = compact.IndexOf("->", StringComparison.Ordinal);
        string left = arrow < 0 ? compact : compact[..arrow];
        string[] operands = left.Split(',');
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = Labels(operands[i]);
        }

        string all = string.Concat(operands);
        string output = arrow >= 0
            ? Labels(compact[(arrow + 2)..])
            : (all.Contains(Ellipsis, StringComparison.Ordinal) ? "." : "") + string.Concat(all.Where(c => c != Ellipsis && all.Count(d => d == c) == 1).Order());
        foreach (char label in output)
        {
            if ((label != Ellipsis && !all.Contains(label, StringComparison.Ordinal)) || output.Count(c => c == label) > 1)
            {
                throw new FormatException($"output label '{label}' occurs twice or in none of the operands");
            }
        }

        return new(operands, output);
    }

    /// <summary>An operand's labels for its rank: the ellipsis spelled out as digits counted from the right, so that operands align at the end.</summary>
    public static string Expand(string labels, int rank)
    {
        int dots = labels.IndexOf(Ellipsis, StringComparison.Ordinal);
        int extra = rank - (dots < 0 ? labels.Length : labels.Length - 1);
        if (extra < 0 || (dots < 0 && extra != 0) || extra > 10)
        {
            throw new FormatException($"'{labels}' does not describe rank {rank}");
        }

        return dots < 0 ? labels : labels[..dots] + EllipsisLabels(extra) + labels[(dots + 1)..];
    }

    public static string EllipsisLabels(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + count - 1 - i)));

    private static string Labels(string term)
    {
        string labels = term.Replace("...", ".", StringComparison.Ordinal);
        if (labels.Count(c => c == Ellipsis) > 1 || !labels.All(c => char.IsAsciiLetter(c) || c == Ellipsis))
        {
            throw new FormatException($"'{term}' contains something other than letters and at most one ellipsis");
        }

        return labels;
    }
}
