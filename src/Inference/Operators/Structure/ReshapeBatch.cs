namespace Inference.Operators.Structure;

/// <summary>Batch-axis rule of views: the batch stays an axis of its own where what precedes it multiplies to the same number.</summary>
internal static class ReshapeBatch
{
    public static void Propagate(BatchContext context)
    {
        int axis = context.InputAxis(0);
        if (axis < 0)
        {
            context.SetOutputAxis(0, axis);
            return;
        }

        context.SetOutputAxis(0, Find(context, axis));
    }

    private static int Find(BatchContext context, int axis)
    {
        if (context.InputShape(0) is not { } input || context.OutputShape(0) is not { } output)
        {
            return BatchContext.Mixed;
        }

        for (int i = 0; i < output.Length; i++)
        {
            if (output[i] == input[axis] && context.IsBatchDimension(output[i]) && HaveSameProduct(input.AsSpan(0, axis), output.AsSpan(0, i)))
            {
                return i;
            }
        }

        return BatchContext.Mixed;
    }

    // Fixed sizes multiply to the same number, and the same names occur in both.
    private static bool HaveSameProduct(ReadOnlySpan<Dimension> one, ReadOnlySpan<Dimension> two)
    {
        long product = 1;
        long other = 1;
        var names = new List<string>();
        foreach (Dimension dimension in one)
        {
            if (dimension.Size is { } size)
            {
                product *= size;
            }
            else if (dimension.Symbol is { } name)
            {
                names.Add(name);
            }
            else
            {
                return false;
            }
        }

        foreach (Dimension dimension in two)
        {
            if (dimension.Size is { } size)
            {
                other *= size;
            }
            else if (dimension.Symbol is not { } name || !names.Remove(name))
            {
                return false;
            }
        }

        return product == other && names.Count == 0;
    }
}
