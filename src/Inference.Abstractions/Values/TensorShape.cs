using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Inference;

/// <summary>Arithmetic and formatting of tensor shapes. Thread-safe.</summary>
public static class TensorShape
{
    /// <summary>Returns the product of the dimensions; 1 for a scalar.</summary>
    /// <exception cref="InferenceException">A dimension is negative or the product overflows.</exception>
    public static long Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        bool overflow = false;
        bool zero = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0)
            {
                ThrowBadShape(shape, "a dimension is negative");
            }

            zero |= dimension == 0;
            long high = Math.BigMul(count, dimension, out count);
            overflow |= high != 0 || count < 0;
        }

        if (zero)
        {
            return 0;
        }

        if (overflow)
        {
            ThrowBadShape(shape, "the number of elements overflows 64 bits");
        }

        return count;
    }

    /// <summary>Formats the shape, such as <c>[1,3,224,224]</c>.</summary>
    public static string Format(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < shape.Length; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(shape[i]);
        }

        return text.Append(']').ToString();
    }

    internal static void RequireCount(long length, ReadOnlySpan<long> shape)
    {
        long count = Count(shape);
        if (count != length)
        {
            throw new InferenceException($"A tensor of shape {Format(shape)} has {count} elements, got {length}. Pass as many elements as the product of the shape.");
        }
    }

    [DoesNotReturn]
    private static void ThrowBadShape(ReadOnlySpan<long> shape, string why) =>
        throw new InferenceException($"The shape {Format(shape)} is not valid: {why}.");
}
