using System.Diagnostics.CodeAnalysis;

namespace Inference.Rows;

/// <summary>Works on the rows of tensors: the slices along axis 0. A tensor of shape [N, …] has N rows of shape […]. Thread-safe.</summary>
/// <remarks>All element types; of packed types only those whose rows fill whole bytes. Results are new tensors that the caller disposes.</remarks>
public static class TensorRows
{
    /// <summary>The number of rows: the size of axis 0.</summary>
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

    /// <summary>Elements of one row: the product of the dimensions after the first.</summary>
    /// <exception cref="InferenceException">The tensor has no usable rows, or a row has more than <see cref="int.MaxValue"/> elements.</exception>
    public static int RowElements(TensorValue tensor)
    {
        _ = Count(tensor);
        return Fit(tensor, TensorShape.Count(tensor.Shape[1..]), "elements");
    }

    /// <summary>Bytes of one row; 0 for strings.</summary>
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

    /// <summary>Whether the rows of two tensors can stand in one: same element type and same dimensions after the first.</summary>
    public static bool HaveSameRowType(TensorValue left, TensorValue right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.ElementType == right.ElementType && left.Rank > 0 && right.Rank > 0 && left.Shape[1..].SequenceEqual(right.Shape[1..]);
    }

    /// <summary>A tensor of <paramref name="rows"/> rows of the same element type and row shape; contents undefined, strings empty.</summary>
    public static TensorValue AllocateLike(TensorValue tensor, int rows)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        Span<long> shape = stackalloc long[Math.Max(tensor.Rank, 1)];
        tensor.Shape.CopyTo(shape);
        shape[0] = rows;
        return TensorValue.Allocate(tensor.ElementType, shape);
    }

    /// <summary>Stacks tensors along axis 0: [N₁, …], [N₂, …], … → [ΣNᵢ, …].</summary>
    /// <param name="parts">At least one tensor; all of one element type and row shape.</param>
    /// <exception cref="InferenceException">There is no part, element types or row shapes differ, or there are more than <see cref="int.MaxValue"/> rows.</exception>
    public static TensorValue Concatenate(params ReadOnlySpan<TensorValue> parts)
    {
        if (parts.IsEmpty)
        {
            throw new InferenceException("Concatenate got no tensors, expected at least one. Pass the tensors to stack.");
        }

        long rows = 0;
        foreach (TensorValue part in parts)
        {
            if (!HaveSameRowType(parts[0], part))
            {
                throw new InferenceException($"Concatenate stacks rows of one type and shape: the first tensor is {parts[0]}, another is {part}. Pad or convert them to the same row shape.");
            }

            rows += Count(part);
        }

        if (rows > int.MaxValue)
        {
            throw new InferenceException($"Concatenate stacks {rows} rows like those of {parts[0]}; one tensor has at most {int.MaxValue}. Stack fewer.");
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
    /// <exception cref="InferenceException">A number is not that of a row.</exception>
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

    /// <summary>Copies rows into a new tensor that owns just them.</summary>
    /// <exception cref="InferenceException">The range leaves the tensor.</exception>
    public static TensorValue Copy(TensorValue tensor, int start, int count)
    {
        ThrowIfOutside(tensor, start, count);
        TensorValue result = AllocateLike(tensor, count);
        CopyRows(tensor, start, result, 0, count);
        return result;
    }

    /// <summary>Copies rows between tensors of one row type: destination[destinationStart + i, …] = source[sourceStart + i, …] for i &lt; count.</summary>
    /// <param name="source">Read.</param>
    /// <param name="sourceStart">First row read.</param>
    /// <param name="destination">Written; must not be shared or borrowed.</param>
    /// <param name="destinationStart">First row written.</param>
    /// <param name="count">Rows to copy.</param>
    /// <exception cref="InferenceException">Row types differ, a range leaves its tensor, or the destination cannot be written.</exception>
    public static void CopyRows(TensorValue source, int sourceStart, TensorValue destination, int destinationStart, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        if (!HaveSameRowType(source, destination))
        {
            throw new InferenceException($"CopyRows needs rows of one type and shape: the source is {source}, the destination {destination}. Pad or convert one of them.");
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
        $"Rows {start} to {(long)start + count - 1} leave the tensor {tensor}, which has {Count(tensor)}. Pass rows within axis 0.");

    [DoesNotReturn]
    private static void ThrowNoRows(TensorValue tensor) => throw new InferenceException(
        $"The tensor {tensor} has no usable rows: expected at least one axis, and at most {int.MaxValue} rows along axis 0. Give it a batch axis.");

    private static int Fit(TensorValue tensor, long count, string what) => count <= int.MaxValue
        ? (int)count
        : throw new InferenceException($"A row of {tensor} has {count} {what}, expected at most {int.MaxValue}. Split it along another axis.");

    [DoesNotReturn]
    private static void ThrowSplitBytes(TensorValue tensor) => throw new InferenceException(
        $"The rows of {tensor} do not fill whole bytes, so that they cannot be moved one by one. Unpack the tensor, or pad its rows to whole bytes.");
}
