using System.Diagnostics.CodeAnalysis;

namespace Inference.Rows;

/// <summary>Operations on the rows of tensors: the slices along axis 0. A tensor of shape [N, …] has N rows of shape […]. Thread-safe.</summary>
/// <remarks>Supports all element types; rows of packed types must fill whole bytes. Results are new tensors, to be disposed by the caller.</remarks>
public static class TensorRows
{
    /// <summary>Returns the number of rows: the size of axis 0.</summary>
    /// <exception cref="InferenceException">The tensor is a scalar, or axis 0 exceeds <see cref="int.MaxValue"/>.</exception>
    public static int Count(TensorValue tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Rank == 0 || tensor.Shape[0] > int.MaxValue)
        {
            ThrowNoRows(tensor);
        }

        return (int)tensor.Shape[0];
    }

    /// <summary>Returns the number of elements in one row: the product of the dimensions after the first.</summary>
    /// <exception cref="InferenceException">The tensor has no usable rows, or a row has more than <see cref="int.MaxValue"/> elements.</exception>
    public static int RowElements(TensorValue tensor)
    {
        _ = Count(tensor);
        return Fit(tensor, TensorShape.Count(tensor.Shape[1..]), "elements");
    }

    /// <summary>Returns the number of bytes in one row; 0 for strings.</summary>
    /// <exception cref="InferenceException">A row of a packed type does not fill whole bytes, or a row has more than <see cref="int.MaxValue"/> elements or bytes.</exception>
    public static int RowBytes(TensorValue tensor)
    {
        int elements = RowElements(tensor);
        if (tensor.ElementType.IsPacked() && ((long)elements * tensor.ElementType.BitWidth() & 7) != 0)
        {
            ThrowSplitBytes(tensor);
        }

        return Fit(tensor, tensor.ElementType.ByteCount(elements), "bytes");
    }

    /// <summary>Whether the rows of two tensors can be combined into one tensor: the same element type and the same dimensions after the first.</summary>
    public static bool HaveSameRowType(TensorValue left, TensorValue right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.ElementType == right.ElementType && left.Rank > 0 && right.Rank > 0 && left.Shape[1..].SequenceEqual(right.Shape[1..]);
    }

    /// <summary>Allocates a tensor of <paramref name="rows"/> rows with the same element type and row shape; its contents are undefined, strings are empty.</summary>
    public static TensorValue AllocateLike(TensorValue tensor, int rows)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Span<long> shape = stackalloc long[Math.Max(tensor.Rank, 1)];
        tensor.Shape.CopyTo(shape);
        shape[0] = rows;
        return TensorValue.Allocate(tensor.ElementType, shape);
    }

    /// <summary>Stacks tensors along axis 0: [N₁, …], [N₂, …], … → [ΣNᵢ, …].</summary>
    /// <param name="parts">At least one tensor; all must have the same element type and row shape.</param>
    /// <exception cref="InferenceException">No tensor was passed, element types or row shapes differ, or there are more than <see cref="int.MaxValue"/> rows.</exception>
    public static TensorValue Concatenate(params ReadOnlySpan<TensorValue> parts)
    {
        if (parts.IsEmpty)
        {
            throw new InferenceException("Concatenate received no tensors; expected at least one. Pass the tensors to stack.");
        }

        long rows = 0;
        foreach (TensorValue part in parts)
        {
            if (!HaveSameRowType(parts[0], part))
            {
                throw new InferenceException($"Concatenate requires rows of the same type and shape: the first tensor is {parts[0]}, another is {part}. Pad or convert them to the same row shape.");
            }

            rows += Count(part);
        }

        if (rows > int.MaxValue)
        {
            throw new InferenceException($"Concatenate received {rows} rows like those of {parts[0]}; a tensor can have at most {int.MaxValue}. Stack fewer.");
        }

        TensorValue result = AllocateLike(parts[0], (int)rows);
        int start = 0;
        foreach (TensorValue part in parts)
        {
            int count = Count(part);
            CopyRows(part, 0, result, start, count);
            start += count;
        }

        return result;
    }

    /// <summary>Gathers rows into a new tensor: result[i, …] = tensor[rows[i], …]. Rows may repeat.</summary>
    /// <exception cref="InferenceException">A row index is out of range.</exception>
    public static TensorValue Take(TensorValue tensor, ReadOnlySpan<int> rows)
    {
        int count = Count(tensor);
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)count)
            {
                ThrowOutside(tensor, row, 1);
            }
        }

        using var hold = new MemoryHold(tensor);
        TensorValue result = AllocateLike(tensor, rows.Length);
        if (tensor.ElementType == ElementType.String)
        {
            TakeSpans(tensor.AsSpan<string>(), result.AsWritableSpan<string>(), rows, RowElements(tensor));
        }
        else
        {
            TakeSpans(tensor.AsBytes(), result.AsWritableBytes(), rows, RowBytes(tensor));
        }

        return result;
    }

    /// <summary>Copies rows into a new tensor.</summary>
    /// <exception cref="InferenceException">The range exceeds the tensor.</exception>
    public static TensorValue Copy(TensorValue tensor, int start, int count)
    {
        ThrowIfOutside(tensor, start, count);
        TensorValue result = AllocateLike(tensor, count);
        CopyRows(tensor, start, result, 0, count);
        return result;
    }

    /// <summary>Copies rows between tensors with the same row type: destination[destinationStart + i, …] = source[sourceStart + i, …] for i &lt; count.</summary>
    /// <param name="source">The tensor to read from.</param>
    /// <param name="sourceStart">The first row to read.</param>
    /// <param name="destination">The tensor to write to; must not be shared or borrowed.</param>
    /// <param name="destinationStart">The first row to write.</param>
    /// <param name="count">The number of rows to copy.</param>
    /// <exception cref="InferenceException">The row types differ, a range exceeds its tensor, or the destination cannot be written.</exception>
    public static void CopyRows(TensorValue source, int sourceStart, TensorValue destination, int destinationStart, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        if (!HaveSameRowType(source, destination))
        {
            throw new InferenceException($"CopyRows requires rows of the same type and shape: the source is {source}, the destination is {destination}. Pad or convert one of them.");
        }

        ThrowIfOutside(source, sourceStart, count);
        ThrowIfOutside(destination, destinationStart, count);
        using var hold = new MemoryHold(source);
        if (source.ElementType == ElementType.String)
        {
            int elements = RowElements(source);
            source.AsSpan<string>().Slice(sourceStart * elements, count * elements).CopyTo(destination.AsWritableSpan<string>()[(destinationStart * elements)..]);
        }
        else
        {
            int bytes = RowBytes(source);
            source.AsBytes().Slice(sourceStart * bytes, count * bytes).CopyTo(destination.AsWritableBytes()[(destinationStart * bytes)..]);
        }
    }

    internal static void ThrowIfOutside(TensorValue tensor, int start, int count)
    {
        if (start < 0 || count < 0 || (long)start + count > Count(tensor))
        {
            ThrowOutside(tensor, start, count);
        }
    }

    private static void TakeSpans<T>(ReadOnlySpan<T> source, Span<T> destination, ReadOnlySpan<int> rows, int width)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            source.Slice(rows[i] * width, width).CopyTo(destination[(i * width)..]);
        }
    }

    [DoesNotReturn]
    private static void ThrowOutside(TensorValue tensor, int start, int count) => throw new InferenceException(
        $"Rows {start} to {(long)start + count - 1} are out of range for the tensor {tensor}, which has {Count(tensor)} rows. Pass rows within axis 0.");

    [DoesNotReturn]
    private static void ThrowNoRows(TensorValue tensor) => throw new InferenceException(
        $"The tensor {tensor} has no usable rows: expected at least one axis, and at most {int.MaxValue} rows along axis 0. Give it a batch axis.");

    private static int Fit(TensorValue tensor, long count, string what) => count <= int.MaxValue
        ? (int)count
        : throw new InferenceException($"A row of {tensor} has {count} {what}, expected at most {int.MaxValue}. Split it along another axis.");

    [DoesNotReturn]
    private static void ThrowSplitBytes(TensorValue tensor) => throw new InferenceException(
        $"The rows of {tensor} do not fill whole bytes, so they cannot be copied individually. Unpack the tensor, or pad its rows to whole bytes.");
}
