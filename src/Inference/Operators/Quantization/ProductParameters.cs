using Inference.Operators.MatrixProduct;

namespace Inference.Operators.Quantization;

/// <summary>
/// Scales and zero points of the operands of an integer product A[.., M, K] × B[.., K, N]: one value; one a row of A, or one a column of B, for all matrices; or one
/// for each row (column) of each matrix, of shape [.., M, 1] ([.., 1, N]).
/// </summary>
internal static class ProductParameters
{
    /// <summary>Checks the shape of values that belong to rows of an operand (A, or the result).</summary>
    public static void CheckRows(InferContext context, int input, Dimension[]? operand) => Check(context, input, operand, rows: true);

    /// <summary>Checks the shape of values that belong to columns of B.</summary>
    public static void CheckColumns(InferContext context, int input, Dimension[]? operand) => Check(context, input, operand, rows: false);

    /// <summary>Where the value of row (or column) <paramref name="at"/> of <paramref name="length"/> is, in matrix <paramref name="matrix"/> of the operand.</summary>
    public static long Index(Tensor values, long matrix, long length, long at) => values.Count == 1 ? 0 : values.Count == length ? at : matrix * length + at;

    /// <summary>Which matrix of an operand's batch matrix <paramref name="index"/> of the product's batch is made of.</summary>
    /// <param name="batch">The product's batch.</param>
    /// <param name="operand">The operand's shape; its batch broadcasts to <paramref name="batch"/>.</param>
    /// <param name="index">The matrix, row-major.</param>
    public static long MatrixOf(ReadOnlySpan<long> batch, ReadOnlySpan<long> operand, long index)
    {
        ReadOnlySpan<long> own = ProductShape.Batch(operand);
        long matrix = 0;
        long stride = 1;
        for (int i = 1; i <= own.Length; i++)
        {
            matrix += own[^i] == 1 ? 0 : index % batch[^i] * stride;
            stride *= own[^i];
            index /= batch[^i];
        }

        return matrix;
    }

    private static void Check(InferContext context, int input, Dimension[]? operand, bool rows)
    {
        if (!context.HasInput(input) || context.InputShape(input) is not { } shape || operand is null || Array.TrueForAll(shape, d => d.Size is null or 1))
        {
            return;
        }

        Dimension length = operand.Length < 2 ? Dimension.Fixed(1) : operand[rows ? ^2 : ^1];
        Dimension[] full = [.. operand];
        if (full.Length > 1)
        {
            full[rows ? ^1 : ^2] = Dimension.Fixed(1);
        }

        if (!Fits(shape, [length]) && !Fits(shape, full))
        {
            throw context.Error($"input {input}: expected one value, [{length}] or [{string.Join(",", full)}], got shape [{string.Join(",", shape)}].");
        }
    }

    private static bool Fits(Dimension[] shape, Dimension[] expected)
    {
        bool fits = shape.Length == expected.Length;
        for (int i = 0; fits && i < shape.Length; i++)
        {
            fits = ShapeMath.Compatible(shape[i], expected[i]);
        }

        return fits;
    }
}
