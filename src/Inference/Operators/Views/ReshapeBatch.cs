namespace Inference.Operators.Views;

/// <summary>Batch-axis rule of views: the batch stays an axis of its own where what precedes it multiplies to the same number.</summary>
internal static class ReshapeBatch
{
    /// <summary>States the output's axis.</summary>
    /// <param name="context">The node's flow.</param>
    /// <param name="shapeInput">The input that holds the shape asked for; −1 where the operator's attributes and the input's own shape decide.</param>
    public static void Propagate(BatchContext context, int shapeInput = -1)
    {
        int axis = context.InputAxis(0);
        Dimension[]? sizes = shapeInput < 0 ? null : context.InputSizes(shapeInput);
        context.SetOutputGroup(0, null);
        if (axis < 0)
        {
            context.SetAllMixed();
            return;
        }

        if (context.InputShape(0) is { } input && context.OutputShape(0) is { } output)
        {
            if (context.InputGroup(0) is { } group)
            {
                input = [.. input.AsSpan(0, axis), .. group.Outer, context.BatchDimension, .. group.Inner, .. input.AsSpan(axis + 1)];
                axis += group.Outer.Length;
            }

            Propagate(context, input, axis, output, sizes);
        }
        else
        {
            context.SetOutputAxis(0, BatchContext.Mixed);
        }
    }

    private static void Propagate(BatchContext context, Dimension[] input, int axis, Dimension[] output, Dimension[]? sizes)
    {
        for (int i = 0; i < output.Length; i++)
        {
            if (context.IsBatchDimension(input[axis]) && context.IsBatchDimension(output[i]) && HaveSameProduct(input.AsSpan(0, axis), output.AsSpan(0, i)) && AreDecided(context, output, i, sizes))
            {
                context.SetOutputAxis(0, i);
                return;
            }
        }

        // One output axis takes the place of input axes first to last, the batch among them, where what precedes and what follows is the same; its size need not be known.
        for (int i = 0; i < output.Length; i++)
        {
            for (int first = axis; first >= 0; first--)
            {
                for (int last = axis; last < input.Length; last++)
                {
                    if (HaveSameProduct(input.AsSpan(0, first), output.AsSpan(0, i)) && HaveSameProduct(input.AsSpan(last + 1), output.AsSpan(i + 1)))
                    {
                        context.SetOutputAxis(0, i);
                        if (first != axis || last != axis)
                        {
                            context.SetOutputGroup(0, new BatchGroup(input[first..axis], input[(axis + 1)..(last + 1)]));
                        }

                        return;
                    }
                }
            }
        }

        SplitFixed(context, input, axis, output);
    }

    // Whether the other axes do not depend on the batch: they multiply to the size of a row, so one of them may be what is left of it.
    private static bool AreDecided(BatchContext context, Dimension[] output, int axis, Dimension[]? sizes)
    {
        int open = 0;
        for (int i = 0; i < output.Length; i++)
        {
            open += i == axis || context.IsFree(output[i]) ? 0 : 1;
        }

        return open <= 1 || (sizes?.Length == output.Length && context.AreFree(sizes, except: axis));
    }

    // What follows the batch is of a known size: the axis takes so many parts of each row as that size has of the output's.
    private static void SplitFixed(BatchContext context, Dimension[] input, int axis, Dimension[] output)
    {
        long row = FixedProduct(input.AsSpan(axis + 1));
        for (int i = 0; i < output.Length && row > 0; i++)
        {
            long part = FixedProduct(output.AsSpan(i + 1));
            for (int first = axis; first >= 0 && part > 0 && row % part == 0; first--)
            {
                if (HaveSameProduct(input.AsSpan(0, first), output.AsSpan(0, i)))
                {
                    context.SetOutputAxis(0, i);
                    context.SetOutputGroup(0, new BatchGroup(input[first..axis], [Dimension.Fixed(row / part)]));
                    return;
                }
            }
        }

        context.SetOutputAxis(0, BatchContext.Mixed);
    }

    // 0 where a size is not known.
    private static long FixedProduct(ReadOnlySpan<Dimension> dimensions)
    {
        long product = 1;
        foreach (Dimension dimension in dimensions)
        {
            product *= dimension.Size ?? 0;
        }

        return product;
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
