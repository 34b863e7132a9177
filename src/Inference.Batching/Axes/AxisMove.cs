namespace Inference.Batching.Axes;

/// <summary>Moves the batch axis of a tensor. Supports all element types of whole bytes, and strings.</summary>
internal static class AxisMove
{
    /// <summary>[N, A₁, …, Aₖ, B…] → [A₁, …, Aₖ, N, B…]; the caller disposes the result.</summary>
    public static TensorValue FromFront(TensorValue tensor, int axis)
    {
        long[] shape = tensor.Shape.ToArray();
        Array.Copy(shape, 1, shape, 0, axis);
        shape[axis] = tensor.Shape[0];
        return Move(tensor, shape, axis, toFront: false);
    }

    /// <summary>[A₁, …, Aₖ, N, B…] → [N, A₁, …, Aₖ, B…]; the caller disposes the result.</summary>
    public static TensorValue ToFront(TensorValue tensor, int axis)
    {
        long[] shape = tensor.Shape.ToArray();
        Array.Copy(shape, 0, shape, 1, axis);
        shape[0] = tensor.Shape[axis];
        return Move(tensor, shape, axis, toFront: true);
    }

    private static TensorValue Move(TensorValue tensor, long[] shape, int axis, bool toFront)
    {
        ReadOnlySpan<long> apart = toFront ? tensor.Shape : shape;
        int outer = (int)TensorShape.Count(apart[..axis]), rows = (int)apart[axis], width = (int)TensorShape.Count(apart[(axis + 1)..]);
        TensorValue moved = TensorValue.Allocate(tensor.ElementType, shape);
        try
        {
            if (tensor.ElementType == ElementType.String)
            {
                Copy(tensor.AsSpan<string>(), moved.AsWritableSpan<string>(), outer, rows, width, toFront);
            }
            else
            {
                Copy(tensor.AsBytes(), moved.AsWritableBytes(), outer, rows, width * (tensor.ElementType.BitWidth() / 8), toFront);
            }

            return moved;
        }
        catch
        {
            moved.Dispose();
            throw;
        }
    }

    private static void Copy<T>(ReadOnlySpan<T> source, Span<T> destination, int outer, int rows, int width, bool toFront)
    {
        // One of the two axes has one element: the order is the same.
        if (outer == 1 || rows == 1)
        {
            source.CopyTo(destination);
            return;
        }

        for (int a = 0; a < outer; a++)
        {
            for (int n = 0; n < rows; n++)
            {
                int apart = ((a * rows) + n) * width, front = ((n * outer) + a) * width;
                source.Slice(toFront ? apart : front, width).CopyTo(destination[(toFront ? front : apart)..]);
            }
        }
    }
}
