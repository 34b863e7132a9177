using System.Runtime.InteropServices;

namespace Inference.Rows;

/// <summary>Pads rows of different shapes to a common shape, and crops them back. Thread-safe.</summary>
/// <remarks>Supports all element types except packed ones. Results are new tensors, to be disposed by the caller.</remarks>
public static class RowPadding
{
    /// <summary>Stacks tensors along axis 0 and pads each one at the end of every other axis: [Nᵢ, aᵢ, bᵢ, …] → [ΣNᵢ, A, B, …] with A ≥ aᵢ, B ≥ bᵢ.</summary>
    /// <param name="parts">At least one tensor; all must have the same element type and rank.</param>
    /// <param name="rowShape">The row shape [A, B, …] of the result.</param>
    /// <param name="fill">The bytes of the element used as padding; empty for zeros. Strings are padded with empty strings.</param>
    /// <exception cref="InferenceException">Types or ranks differ, a part is larger than <paramref name="rowShape"/>, the type is packed, or the length of <paramref name="fill"/> is not the size of an element.</exception>
    public static TensorValue Concatenate(ReadOnlySpan<TensorValue> parts, ReadOnlySpan<long> rowShape, ReadOnlySpan<byte> fill = default)
    {
        if (parts.IsEmpty)
        {
            throw new InferenceException("Concatenate received no tensors; expected at least one. Pass the tensors to stack.");
        }

        long rows = 0;
        foreach (TensorValue part in parts)
        {
            Check(part, parts[0].ElementType, rowShape);
            rows += TensorRows.Count(part);
        }

        Span<long> shape = stackalloc long[rowShape.Length + 1];
        shape[0] = rows;
        rowShape.CopyTo(shape[1..]);
        TensorValue result = TensorValue.Allocate(parts[0].ElementType, shape);
        if (result.ElementType == ElementType.String)
        {
            Stack(parts, result.AsWritableSpan<string>(), rowShape, 1, static part => part.AsSpan<string>());
        }
        else
        {
            int size = result.ElementType.BitWidth() / 8;
            Span<byte> bytes = result.AsWritableBytes();
            Fill(bytes, fill, size);
            Stack(parts, bytes, rowShape, size, static part => part.AsBytes());
        }

        return result;
    }

    /// <summary>Pads a tensor at the end of each axis after the first; see <see cref="Concatenate"/>.</summary>
    public static TensorValue Pad(TensorValue tensor, ReadOnlySpan<long> rowShape, ReadOnlySpan<byte> fill = default) => Concatenate([tensor], rowShape, fill);

    /// <summary>Keeps the first elements of each axis after the first: [N, A, B, …] → [count, a, b, …] with a ≤ A, b ≤ B, for rows from <paramref name="start"/> on.</summary>
    /// <exception cref="InferenceException">A dimension exceeds that of the tensor, the row range exceeds the tensor, or the type is packed.</exception>
    public static TensorValue Crop(TensorValue tensor, int start, int count, ReadOnlySpan<long> rowShape)
    {
        TensorRows.ThrowIfOutside(tensor, start, count);
        bool fits = rowShape.Length == tensor.Rank - 1;
        for (int i = 0; fits && i < rowShape.Length; i++)
        {
            fits = rowShape[i] >= 0 && rowShape[i] <= tensor.Shape[i + 1];
        }

        if (!fits || tensor.ElementType.IsPacked())
        {
            throw new InferenceException($"Crop to rows of shape {TensorShape.Format(rowShape)} requires an unpacked tensor at least that large on every axis, got {tensor}. Pass a smaller row shape.");
        }

        Span<long> shape = stackalloc long[tensor.Rank];
        shape[0] = count;
        rowShape.CopyTo(shape[1..]);
        using var hold = new MemoryHold(tensor);
        TensorValue result = TensorValue.Allocate(tensor.ElementType, shape);
        int elements = TensorRows.RowElements(tensor);
        if (tensor.ElementType == ElementType.String)
        {
            CopyBlock(tensor.AsSpan<string>()[(start * elements)..], tensor.Shape[1..], result.AsWritableSpan<string>(), rowShape, count, 1);
        }
        else
        {
            int size = tensor.ElementType.BitWidth() / 8;
            CopyBlock(tensor.AsBytes()[(start * elements * size)..], tensor.Shape[1..], result.AsWritableBytes(), rowShape, count, size);
        }

        return result;
    }

    private delegate ReadOnlySpan<T> Reader<T>(TensorValue tensor);

    private static void Stack<T>(ReadOnlySpan<TensorValue> parts, Span<T> destination, ReadOnlySpan<long> rowShape, int size, Reader<T> read)
    {
        long width = TensorShape.Count(rowShape) * size;
        int offset = 0;
        foreach (TensorValue part in parts)
        {
            using var hold = new MemoryHold(part);
            int count = TensorRows.Count(part);
            CopyBlock(read(part), part.Shape[1..], destination[offset..], rowShape, count, size);
            offset += (int)(count * width);
        }
    }

    // Copies, for each of `count` blocks, the corner that source and destination have in common. `size` is the number of T in an element.
    private static void CopyBlock<T>(ReadOnlySpan<T> source, ReadOnlySpan<long> sourceShape, Span<T> destination, ReadOnlySpan<long> destinationShape, int count, int size)
    {
        int sourceWidth = (int)TensorShape.Count(sourceShape) * size;
        int destinationWidth = (int)TensorShape.Count(destinationShape) * size;
        if (sourceShape.SequenceEqual(destinationShape))
        {
            source[..(count * sourceWidth)].CopyTo(destination);
            return;
        }

        int common = (int)Math.Min(sourceShape[0], destinationShape[0]);
        for (int i = 0; i < count; i++)
        {
            CopyBlock(source.Slice(i * sourceWidth, sourceWidth), sourceShape[1..], destination.Slice(i * destinationWidth, destinationWidth), destinationShape[1..], common, size);
        }
    }

    private static void Fill(Span<byte> bytes, ReadOnlySpan<byte> fill, int size)
    {
        if (!fill.IsEmpty && fill.Length != size)
        {
            throw new InferenceException($"The padding element has {fill.Length} bytes; expected {size}, the size of an element. Pass the bytes of one element.");
        }

        if (!fill.ContainsAnyExcept((byte)0))
        {
            bytes.Clear();
            return;
        }

        switch (size)
        {
            case 1:
                bytes.Fill(fill[0]);
                break;
            case 4:
                MemoryMarshal.Cast<byte, int>(bytes).Fill(MemoryMarshal.Read<int>(fill));
                break;
            case 8:
                MemoryMarshal.Cast<byte, long>(bytes).Fill(MemoryMarshal.Read<long>(fill));
                break;
            default:
                for (int i = 0; i < bytes.Length; i += size)
                {
                    fill.CopyTo(bytes[i..]);
                }

                break;
        }
    }

    private static void Check(TensorValue part, ElementType type, ReadOnlySpan<long> rowShape)
    {
        bool fits = part.ElementType == type && !type.IsPacked() && part.Rank == rowShape.Length + 1;
        for (int i = 0; fits && i < rowShape.Length; i++)
        {
            fits = part.Shape[i + 1] <= rowShape[i];
        }

        if (!fits)
        {
            throw new InferenceException($"Padding to rows {type.Name()}{TensorShape.Format(rowShape)} requires an unpacked tensor of that type and rank, no larger on any axis after the first; got {part}. Use a larger row shape or truncate the tensor.");
        }
    }
}
