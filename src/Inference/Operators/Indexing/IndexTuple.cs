using Inference.Operators.Movement;

namespace Inference.Operators.Indexing;

/// <summary>Index tuples of GatherND and ScatterND.</summary>
internal static class IndexTuple
{
    /// <summary>Where the slice starts that the tuple beginning at element <paramref name="at"/> names.</summary>
    public static long Offset(KernelContext context, Tensor indices, long at, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
    {
        long offset = 0;
        for (int k = 0; k < sizes.Length; k++)
        {
            long position = Integers.At(indices, at + k);
            position = position < 0 ? position + sizes[k] : position;
            if ((ulong)position >= (ulong)sizes[k])
            {
                throw context.Error($"indices: expected values in [{-sizes[k]}, {sizes[k] - 1}] for axis {k} of a tuple, got {Integers.At(indices, at + k)}.");
            }

            offset += position * strides[k];
        }

        return offset;
    }
}
