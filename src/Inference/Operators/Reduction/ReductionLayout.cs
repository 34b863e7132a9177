namespace Inference.Operators.Reduction;

/// <summary>Where the elements of an input go in a reduced output.</summary>
internal static class ReductionLayout
{
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
}
