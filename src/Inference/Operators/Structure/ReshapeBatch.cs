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

        Dimension before = Shapes.Product(input.AsSpan(0, axis));
        if (before.Size is not { } product)
        {
            return BatchContext.Mixed;
        }

        for (int i = 0; i < output.Length; i++)
        {
            if (output[i] == input[axis] && context.IsBatchDimension(output[i]) && Shapes.Product(output.AsSpan(0, i)).Size == product)
            {
                return i;
            }
        }

        return BatchContext.Mixed;
    }
}
