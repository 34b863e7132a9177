namespace Inference.Operators.MatrixProduct;

/// <summary>An einsum of operands of fixed sizes as steps: diagonals and sums of single operands first, then products of two.</summary>
/// <param name="Steps">The steps; the last one writes the output. None where there is nothing to compute.</param>
/// <param name="Scratch">Elements of scratch memory.</param>
internal sealed record EinsumProgram(EinsumStep[] Steps, long Scratch)
{
    /// <summary>The program for operands of some shapes.</summary>
    /// <param name="plan">Labels of operands and output.</param>
    /// <param name="shapes">The operands' shapes.</param>
    /// <param name="dots">Whether there is a kernel for sums of products of two rows.</param>
    public static EinsumProgram Create(EinsumPlan plan, long[][] shapes, bool dots)
    {
        var sizes = new EinsumSizes();
        foreach (char label in plan.Labels)
        {
            sizes[label] = 1;
        }

        for (int i = 0; i < shapes.Length; i++)
        {
            for (int k = 0; k < shapes[i].Length; k++)
            {
                char label = plan.Operands[i][k];
                sizes[label] = sizes[label] == 1 ? shapes[i][k] : sizes[label];
            }
        }

        if (plan.Labels.Any(c => sizes[c] == 0))
        {
            return new([], 0);
        }

        var values = new List<EinsumValue>();
        for (int i = 0; i < shapes.Length; i++)
        {
            long[] shape = shapes[i];
            string labels = string.Concat(plan.Operands[i].Where((_, k) => shape[k] != 1));
            values.Add(new(labels, [.. shape.Where(n => n != 1)], i));
        }

        return new EinsumBuilder(values, string.Concat(plan.Labels[..plan.Outputs].Where(c => sizes[c] != 1)), sizes, dots).Build();
    }
}
