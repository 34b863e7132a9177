namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>Arithmetic on dimensions that a graph computes with: what Add, Sub, Mul and Div do to known elements of small integer tensors.</summary>
internal static class ShapeArithmetic
{
    public static void Propagate<TFunction>(InferContext context)
    {
        if (context.InputShapeData(0) is not { } a || context.InputShapeData(1) is not { } b || (a.Length != b.Length && a.Length != 1 && b.Length != 1))
        {
            return;
        }

        if (context.InputType(0) is not (ElementType.Int32 or ElementType.Int64))
        {
            return;
        }

        // What does not fit into 32 bits wraps at run time.
        bool narrow = context.InputType(0) == ElementType.Int32;
        var result = new Dimension[Math.Max(a.Length, b.Length)];
        if (a.Length == 0 || b.Length == 0)
        {
            return;
        }

        for (int i = 0; i < result.Length; i++)
        {
            if (Combine<TFunction>(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]) is not { } value || (narrow && value.Size > int.MaxValue))
            {
                return;
            }

            result[i] = value;
        }

        context.SetOutputShapeData(0, result);
    }

    // Null: negative, or not a function that is followed; a dimension cannot say that.
    private static Dimension? Combine<TFunction>(Dimension x, Dimension y)
    {
        bool known = x.IsFixed && y.IsFixed;
        long a = x.Size ?? 0;
        long b = y.Size ?? 0;
        if (typeof(TFunction) == typeof(Arithmetic.Add))
        {
            return known ? Make(unchecked(a + b)) : y.Size == 0 ? x : x.Size == 0 ? y : Dimension.Unknown;
        }

        if (typeof(TFunction) == typeof(Arithmetic.Sub))
        {
            return known ? Make(a - b) : y.Size == 0 ? x : null;
        }

        if (typeof(TFunction) == typeof(Arithmetic.Mul))
        {
            return known ? Make(unchecked(a * b)) : y.Size == 1 ? x : x.Size == 1 ? y : Dimension.Unknown;
        }

        if (typeof(TFunction) == typeof(Arithmetic.Div))
        {
            return known ? (b == 0 ? null : Make(a / b)) : y.Size == 1 ? x : Dimension.Unknown;
        }

        return null;
    }

    private static Dimension? Make(long value) => value < 0 ? null : Dimension.Fixed(value);
}
