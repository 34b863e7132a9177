namespace Inference.Operators.MatrixProduct;

/// <summary>An equation for operands of known ranks: all labels, output labels first, and how each operand walks them.</summary>
internal sealed class EinsumPlan
{
    private EinsumPlan(string labels, int outputs, string[] operands)
    {
        Labels = labels;
        Outputs = outputs;
        Operands = operands;
    }

    /// <summary>Output labels in order, then summed ones.</summary>
    public string Labels { get; }

    /// <summary>How many of <see cref="Labels"/> are in the output.</summary>
    public int Outputs { get; }

    public string[] Operands { get; }

    /// <exception cref="FormatException">The ranks do not fit the equation.</exception>
    public static EinsumPlan Create(EinsumEquation equation, ReadOnlySpan<int> ranks)
    {
        if (ranks.Length != equation.Operands.Length)
        {
            throw new FormatException($"the equation has {equation.Operands.Length} operands, the node {ranks.Length}");
        }

        var operands = new string[ranks.Length];
        int ellipsis = 0;
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i] = EinsumEquation.Expand(equation.Operands[i], ranks[i]);
            ellipsis = Math.Max(ellipsis, operands[i].Length == equation.Operands[i].Length && !equation.Operands[i].Contains('.', StringComparison.Ordinal) ? 0 : operands[i].Length - equation.Operands[i].Length + 1);
        }

        string output = equation.Output.Replace(".", EinsumEquation.EllipsisLabels(ellipsis), StringComparison.Ordinal);
        string summed = string.Concat(string.Concat(operands).Distinct().Where(c => !output.Contains(c, StringComparison.Ordinal)));
        return new(output + summed, output.Length, operands);
    }
}
