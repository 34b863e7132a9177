using System.Numerics;
using System.Numerics.Tensors;

namespace Inference;

/// <summary>Reads what a model returned: rows, the largest elements, probabilities.</summary>
/// <remarks>A row of <c>ArgMax</c>, <c>TopK</c> and <c>Softmax</c> lies along the last axis: a tensor of shape <c>[N,C]</c> has N rows of C elements, one of shape <c>[C]</c> has one. NaN counts as greater
/// than every number, so that it is seen and never silently passed over; among equal elements, the first counts.</remarks>
public static class TensorValueExtensions
{
    /// <summary>The elements of one row along axis 0, valid as long as the tensor.</summary>
    /// <param name="tensor">A tensor of rank 1 or more.</param>
    /// <param name="row">The row, from 0.</param>
    /// <exception cref="InferenceException">The tensor is a scalar, or its elements are not <typeparamref name="T"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The row does not exist.</exception>
    public static ReadOnlySpan<T> Row<T>(this TensorValue tensor, int row)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new TypedTensor<T>(tensor).Row(row);
    }

    /// <summary>A copy of one row along axis 0, without that axis: <c>[N,C]</c> gives <c>[C]</c>. The caller disposes it.</summary>
    /// <param name="tensor">A tensor of rank 1 or more.</param>
    /// <param name="row">The row, from 0.</param>
    /// <exception cref="InferenceException">The tensor is a scalar, the row does not exist, or a row of a packed type does not fill whole bytes.</exception>
    public static TensorValue Row(this TensorValue tensor, int row)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using TensorValue view = tensor.Rows(row, 1);
        TensorValue copy = TensorValue.Allocate(tensor.ElementType, tensor.Shape[1..]);
        if (tensor.ElementType == ElementType.String)
        {
            view.AsSpan<string>().CopyTo(copy.AsWritableSpan<string>());
        }
        else
        {
            view.AsBytes().CopyTo(copy.AsWritableBytes());
        }

        return copy;
    }

    /// <summary>The position of the largest element of each row.</summary>
    /// <param name="tensor">A tensor of numbers of rank 1 or more, with at least one element in a row.</param>
    /// <returns>One position for each row, from 0. See the remarks of this class for NaN and equal elements; +0 and −0 are equal.</returns>
    /// <exception cref="InferenceException">The tensor is a scalar, its rows are empty, or its elements are not float32, float64, float16, bfloat16 or integers.</exception>
    public static int[] ArgMax(this TensorValue tensor) => [.. tensor.TopK(1).Select(top => top[0].Index)];

    /// <summary>The largest elements of each row, largest first.</summary>
    /// <param name="tensor">A tensor of numbers of rank 1 or more, with at least one element in a row.</param>
    /// <param name="k">How many, 1 or more; a row with fewer elements gives all of them.</param>
    /// <returns>For each row, its largest elements with their positions. See the remarks of this class for NaN and equal elements.</returns>
    /// <exception cref="InferenceException">The tensor is a scalar, its rows are empty, or its elements are not float32, float64, float16, bfloat16 or integers.</exception>
    public static ScoredIndex[][] TopK(this TensorValue tensor, int k)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return tensor.ElementType switch
        {
            ElementType.Float32 => TopK(tensor, tensor.AsSpan<float>(), k),
            ElementType.Float64 => TopK(tensor, tensor.AsSpan<double>(), k),
            ElementType.Float16 => TopK(tensor, tensor.AsSpan<Half>(), k),
            ElementType.BFloat16 => TopK(tensor, Widened(tensor), k),
            ElementType.Int64 => TopK(tensor, tensor.AsSpan<long>(), k),
            ElementType.Int32 => TopK(tensor, tensor.AsSpan<int>(), k),
            ElementType.Int16 => TopK(tensor, tensor.AsSpan<short>(), k),
            ElementType.Int8 => TopK(tensor, tensor.AsSpan<sbyte>(), k),
            ElementType.UInt64 => TopK(tensor, tensor.AsSpan<ulong>(), k),
            ElementType.UInt32 => TopK(tensor, tensor.AsSpan<uint>(), k),
            ElementType.UInt16 => TopK(tensor, tensor.AsSpan<ushort>(), k),
            ElementType.UInt8 => TopK(tensor, tensor.AsSpan<byte>(), k),
            _ => throw Unsupported(tensor, "the largest elements of", "float32, float64, float16, bfloat16 or an integer type"),
        };
    }

    /// <summary>softmax(x)ᵢ = exp(xᵢ − max x) / Σ exp(xⱼ − max x) for each row: probabilities of its elements. Does not overflow for any finite x; 16-bit types are computed in float32.</summary>
    /// <param name="tensor">A tensor of float32, float64, float16 or bfloat16 of rank 1 or more.</param>
    /// <returns>A tensor of the same type and shape; the caller disposes it. A row that contains NaN or +∞, or −∞ only, is NaN throughout; −∞ beside finite elements gives 0.</returns>
    /// <exception cref="InferenceException">The tensor is a scalar, or its elements are of another type.</exception>
    public static TensorValue Softmax(this TensorValue tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        int width = Width(tensor, "softmax of");
        switch (tensor.ElementType)
        {
            case ElementType.Float32:
            {
                TensorValue result = TensorValue.Copy(tensor.AsSpan<float>(), tensor.Shape);
                Softmax(result.AsWritableSpan<float>(), width);
                return result;
            }
            case ElementType.Float64:
            {
                TensorValue result = TensorValue.Copy(tensor.AsSpan<double>(), tensor.Shape);
                Softmax(result.AsWritableSpan<double>(), width);
                return result;
            }
            case ElementType.Float16 or ElementType.BFloat16:
            {
                float[] values = Widened(tensor);
                Softmax<float>(values, width);
                TensorValue result = TensorValue.Allocate(tensor.ElementType, tensor.Shape);
                if (tensor.ElementType == ElementType.Float16)
                {
                    TensorPrimitives.ConvertToHalf(values, result.AsWritableSpan<Half>());
                    return result;
                }

                Span<BFloat16> narrow = result.AsWritableSpan<BFloat16>();
                for (int i = 0; i < values.Length; i++)
                {
                    narrow[i] = (BFloat16)values[i];
                }

                return result;
            }
            default:
                throw Unsupported(tensor, "softmax of", "float32, float64, float16 or bfloat16");
        }
    }

    private static void Softmax<T>(Span<T> values, int width)
        where T : IFloatingPointIeee754<T>
    {
        for (int start = 0; start < values.Length; start += width)
        {
            Span<T> row = values.Slice(start, width);

            // max is NaN if an element is; x − ∞ and −∞ − (−∞) make NaN, which the sum carries to the whole row.
            TensorPrimitives.Subtract(row, TensorPrimitives.Max<T>(row), row);
            TensorPrimitives.Exp<T>(row, row);
            TensorPrimitives.Divide(row, TensorPrimitives.Sum<T>(row), row);
        }
    }

    private static ScoredIndex[][] TopK<T>(TensorValue tensor, ReadOnlySpan<T> values, int k)
        where T : INumber<T>
    {
        int width = Width(tensor, "the largest elements of");
        if (width == 0)
        {
            throw new InferenceException($"The largest elements of {tensor} were requested; expected at least one element in a row, got none. Check that the model returned classes.");
        }

        k = Math.Min(k, width);
        var rows = new ScoredIndex[values.Length / width][];
        var best = new T[k];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = TopOfRow(values.Slice(i * width, width), best);
        }

        return rows;
    }

    // The best so far, in order: most elements fail against the last of them.
    private static ScoredIndex[] TopOfRow<T>(ReadOnlySpan<T> row, T[] best)
        where T : INumber<T>
    {
        var top = new ScoredIndex[best.Length];
        int count = 0;
        for (int i = 0; i < row.Length; i++)
        {
            T value = row[i];
            if (count == best.Length && !IsGreater(value, best[^1]))
            {
                continue;
            }

            int place = count == best.Length ? count - 1 : count++;
            for (; place > 0 && IsGreater(value, best[place - 1]); place--)
            {
                (best[place], top[place]) = (best[place - 1], top[place - 1]);
            }

            (best[place], top[place]) = (value, new ScoredIndex(i, double.CreateSaturating(value)));
        }

        return top;
    }

    private static bool IsGreater<T>(T a, T b)
        where T : INumber<T> => a > b || (T.IsNaN(a) && !T.IsNaN(b));

    private static float[] Widened(TensorValue tensor)
    {
        var values = new float[checked((int)tensor.ElementCount)];
        if (tensor.ElementType == ElementType.Float16)
        {
            TensorPrimitives.ConvertToSingle(tensor.AsSpan<Half>(), values);
            return values;
        }

        ReadOnlySpan<BFloat16> narrow = tensor.AsSpan<BFloat16>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)narrow[i];
        }

        return values;
    }

    private static int Width(TensorValue tensor, string what) => tensor.Rank > 0
        ? checked((int)tensor.Shape[^1])
        : throw new InferenceException($"{char.ToUpperInvariant(what[0])}{what[1..]} a scalar, {tensor}, were requested; expected a tensor of rank 1 or more. Read its one element.");

    private static InferenceException Unsupported(TensorValue tensor, string what, string expected) =>
        new($"{char.ToUpperInvariant(what[0])}{what[1..]} {tensor} were requested; expected elements of {expected}. Convert the tensor first.");
}
