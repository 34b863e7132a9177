namespace Inference.Operators.MatrixProduct;

/// <summary>Shape rule of numpy's matmul: [.., M, K] × [.., K, N] → [.., M, N], batches broadcast; vectors gain and lose a dimension.</summary>
internal static class ProductShape
{
    /// <summary>The output's shape; null where a rank is not known.</summary>
    public static Dimension[]? Infer(InferContext context, Dimension[]? a, Dimension[]? b)
    {
        if (a is null || b is null)
        {
            return null;
        }

        if (a.Length == 0 || b.Length == 0)
        {
            throw context.Error($"expected inputs of rank 1 or more, got [{string.Join(",", a)}] and [{string.Join(",", b)}].");
        }

        Dimension[] left = a.Length == 1 ? [Dimension.Fixed(1), a[0]] : a;
        Dimension[] right = b.Length == 1 ? [b[0], Dimension.Fixed(1)] : b;
        if (left[^1].Size is { } k && right[^2].Size is { } rows && k != rows)
        {
            throw context.Error($"expected equal K in [.., M, K] × [.., K, N], got [{string.Join(",", a)}] × [{string.Join(",", b)}].");
        }

        Dimension[] batch = Shapes.Broadcast(context, left[..^2], right[..^2])!;
        var result = new List<Dimension>(batch);
        if (a.Length > 1)
        {
            result.Add(left[^2]);
        }

        if (b.Length > 1)
        {
            result.Add(right[^1]);
        }

        return [.. result];
    }

    /// <summary>M, N and K of fixed shapes.</summary>
    public static void Sizes(ReadOnlySpan<long> a, ReadOnlySpan<long> b, out long m, out long n, out long k)
    {
        m = a.Length == 1 ? 1 : a[^2];
        k = a[^1];
        n = b.Length == 1 ? 1 : b[^1];
    }

    public static ReadOnlySpan<long> Batch(ReadOnlySpan<long> dims) => dims.Length <= 2 ? [] : dims[..^2];

    public static long CountMacs(InferContext context)
    {
        if (Shapes.Sizes(context.InputShape(0)) is not { } a || Shapes.Sizes(context.InputShape(1)) is not { } b || Shapes.Sizes(Infer(context, context.InputShape(0), context.InputShape(1))) is not { } y)
        {
            return 0;
        }

        Sizes(a, b, out _, out _, out long k);
        return TensorShape.Count(y) * k;
    }

    /// <summary>Rows stay apart where only the left operand carries the batch, on any axis but K; or both on the same batch axis.</summary>
    public static void PropagateBatch(BatchContext context, int output = 0)
    {
        int left = context.InputAxis(0);
        int right = context.InputAxis(1);
        Dimension[]? a = context.InputShape(0);
        Dimension[]? b = context.InputShape(1);
        Dimension[]? y = context.OutputShape(output);
        if (left == BatchContext.None && right == BatchContext.None)
        {
            context.SetOutputAxis(output, BatchContext.None);
            return;
        }

        if (left == BatchContext.Mixed || right == BatchContext.Mixed || a is null || b is null || y is null || b.Length < 2)
        {
            context.SetOutputAxis(output, BatchContext.Mixed);
            return;
        }

        if (right == BatchContext.None)
        {
            int aligned = left + y.Length - a.Length;
            bool batchAxis = left < a.Length - 2;

            // A batch axis of A must not meet one of B that is as long.
            int own = aligned - (y.Length - b.Length);
            bool apart = left < a.Length - 1 && (!batchAxis || own < 0 || own >= b.Length - 2 || b[own].Size == 1);
            context.SetOutputAxis(output, apart ? aligned : BatchContext.Mixed);
            return;
        }

        if (left == BatchContext.None)
        {
            bool apart = right < b.Length - 2 && (right + y.Length - b.Length - (y.Length - a.Length) is var at) && (at < 0 || a[at].Size == 1);
            context.SetOutputAxis(output, apart ? right + y.Length - b.Length : BatchContext.Mixed);
            return;
        }

        int leftAligned = left + y.Length - a.Length;
        int rightAligned = right + y.Length - b.Length;
        context.SetOutputAxis(output, leftAligned == rightAligned && left < a.Length - 2 && right < b.Length - 2 ? leftAligned : BatchContext.Mixed);
    }
}
