using System.Numerics;
using System.Runtime.CompilerServices;
using Inference.Operators.Movement;

namespace Inference.Operators.Indexing;

/// <summary>Index tuples of GatherND and ScatterND.</summary>
internal static class IndexTuple
{
    /// <summary>Where the slice starts that the tuple beginning at element <paramref name="at"/> names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Offset<TIndex>(KernelContext context, Tensor indices, long at, ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        ref TIndex tuple = ref Unsafe.Add(ref Elements.Ref<TIndex>(indices), (nint)at);
        nint offset = 0;
        for (int k = 0; k < sizes.Length; k++)
        {
            nuint position = AxisIndex.Position(Unsafe.Add(ref tuple, k), (nint)sizes[k]);
            if (position >= (nuint)sizes[k])
            {
                throw OutOfRange(context, indices, at, k, sizes[k]);
            }

            offset += (nint)position * (nint)strides[k];
        }

        return offset;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static InferenceException OutOfRange(KernelContext context, Tensor indices, long at, int k, long size) =>
        context.Error($"indices: expected values in [{-size}, {size - 1}] for axis {k} of a tuple, got {Integers.At(indices, at + k)}.");
}
