namespace Inference.Operators.Contract;

/// <summary>
/// An axis in which the batch was joined with others: of size outer × batch × inner, so that slice j depends on row (j ÷ inner) mod batch alone.
/// </summary>
internal sealed class BatchGroup(Dimension[] outer, Dimension[] inner)
{
    /// <summary>The dimensions before the batch; sizes that are all fixed are one.</summary>
    public Dimension[] Outer { get; } = Join(outer);

    /// <summary>The dimensions after the batch; sizes that are all fixed are one.</summary>
    public Dimension[] Inner { get; } = Join(inner);

    /// <summary>Whether slices of both axes belong to the same rows.</summary>
    public static bool AreSame(BatchGroup? one, BatchGroup? two) =>
        one is null ? two is null : two is not null && AreSame(one.Outer, two.Outer) && AreSame(one.Inner, two.Inner);

    private static Dimension[] Join(Dimension[] dimensions)
    {
        long product = 1;
        foreach (Dimension dimension in dimensions)
        {
            if (dimension.Size is not { } size)
            {
                return dimensions;
            }

            product *= size;
        }

        return product == 1 ? [] : [Dimension.Fixed(product)];
    }

    private static bool AreSame(Dimension[] one, Dimension[] two)
    {
        if (one.Length != two.Length)
        {
            return false;
        }

        for (int i = 0; i < one.Length; i++)
        {
            if (one[i] != two[i] || (!one[i].IsFixed && one[i].Symbol is null))
            {
                return false;
            }
        }

        return true;
    }
}
