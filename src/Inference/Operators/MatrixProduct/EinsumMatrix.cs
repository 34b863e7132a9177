namespace Inference.Operators.MatrixProduct;

/// <summary>An operand of a matrix product as it is stored.</summary>
/// <param name="Value">The value that holds it.</param>
/// <param name="Transposed">Whether its rows are columns of the product.</param>
/// <param name="Stride">Elements between rows as stored.</param>
internal readonly record struct EinsumMatrix(EinsumValue Value, bool Transposed, long Stride)
{
    /// <summary>The matrix of these labels; null where the value's strides are none of a matrix.</summary>
    /// <param name="value">Where the elements are.</param>
    /// <param name="rows">Labels of the rows.</param>
    /// <param name="columns">Labels of the columns.</param>
    /// <param name="sizes">Their sizes.</param>
    /// <param name="transposable">Whether it may be stored transposed.</param>
    public static EinsumMatrix? Of(EinsumValue value, string rows, string columns, EinsumSizes sizes, bool transposable = true)
    {
        long down = value.Merged(rows, sizes);
        long across = value.Merged(columns, sizes);
        if (down < 0 || across < 0)
        {
            return null;
        }

        if (across is 0 or 1)
        {
            return new(value, false, down == 0 ? Math.Max(1, sizes.Count(columns)) : down);
        }

        return transposable && down is 0 or 1 ? new(value, true, across) : null;
    }
}
