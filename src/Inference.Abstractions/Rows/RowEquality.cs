namespace Inference.Rows;

/// <summary>Compares rows bit by bit: a NaN equals a NaN with the same bits, and +0 differs from −0. Thread-safe.</summary>
public static class RowEquality
{
    /// <summary>Whether two rows have the same element type, row shape and bits; for strings, the same characters.</summary>
    /// <exception cref="InferenceException">The row does not exist, or a row of a packed type does not fill whole bytes.</exception>
    public static bool AreEqual(TensorValue left, int leftRow, TensorValue right, int rightRow)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        TensorRows.ThrowIfOutside(left, leftRow, 1);
        TensorRows.ThrowIfOutside(right, rightRow, 1);
        if (!TensorRows.HaveSameRowType(left, right))
        {
            return false;
        }

        if (left.ElementType == ElementType.String)
        {
            int elements = TensorRows.RowElements(left);
            return left.AsSpan<string>().Slice(leftRow * elements, elements).SequenceEqual(right.AsSpan<string>().Slice(rightRow * elements, elements));
        }

        int bytes = TensorRows.RowBytes(left);
        return left.AsBytes().Slice(leftRow * bytes, bytes).SequenceEqual(right.AsBytes().Slice(rightRow * bytes, bytes));
    }

    /// <summary>Whether two tensors have the same element type, shape and bits.</summary>
    public static bool AreEqual(TensorValue left, TensorValue right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.ElementType == right.ElementType && left.Shape.SequenceEqual(right.Shape)
            && (left.ElementType == ElementType.String
                ? left.AsSpan<string>().SequenceEqual(right.AsSpan<string>())
                : left.AsBytes().SequenceEqual(right.AsBytes()));
    }
}
