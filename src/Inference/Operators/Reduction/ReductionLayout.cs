namespace Inference.Operators.Reduction;

/// <summary>Where the elements of an input go in a reduced output.</summary>
internal static unsafe class ReductionLayout
{
    /// <summary>Writes one value to consecutive cells, as many as there are.</summary>
    public static void Fill<T>(T* cells, T value, long count)
        where T : unmanaged
    {
        for (long i = 0; i < count; i += int.MaxValue)
        {
            new Span<T>(cells + i, (int)Math.Min(int.MaxValue, count - i)).Fill(value);
        }
    }

    /// <summary>Fills, for each input dimension, the stride of the output (0 where reduced); returns the number of outputs.</summary>
    public static long Strides(ReadOnlySpan<long> dims, ReadOnlySpan<bool> reduced, Span<long> strides, out long groupSize)
    {
        long stride = 1;
        groupSize = 1;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            if (reduced[i])
            {
                strides[i] = 0;
                groupSize *= dims[i];
            }
            else
            {
                strides[i] = stride;
                stride *= dims[i];
            }
        }

        return stride;
    }

    /// <summary>Whether the reduced dimensions are neighbours (those of size 1 aside), so that the input is [before, length, after]. False without elements.</summary>
    public static bool IsOneBlock(ReadOnlySpan<long> dims, ReadOnlySpan<bool> reduced, out long before, out long length, out long after)
    {
        before = 1;
        length = 1;
        after = 1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 1)
            {
                continue;
            }

            if (!reduced[i])
            {
                (length > 1 ? ref after : ref before) *= dims[i];
            }
            else if (after > 1)
            {
                return false;
            }
            else
            {
                length *= dims[i];
            }
        }

        return before != 0 && length != 0 && after != 0;
    }
}
