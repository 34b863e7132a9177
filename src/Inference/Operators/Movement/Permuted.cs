using Permutation = Inference.Kernels.Transposition.Transpose;

namespace Inference.Operators.Movement;

/// <summary>Tensors whose axes change their order, elements of any width.</summary>
internal static unsafe class Permuted
{
    /// <summary>Axis i of the target is axis permutation[i] of the source, read as <paramref name="shape"/>.</summary>
    public static void Run(KernelContext context, Tensor source, Tensor target, ReadOnlySpan<long> shape, ReadOnlySpan<int> permutation)
    {
        int width = source.Type.BitWidth();
        if (width is 8 or 16 or 32 or 64 && shape.Length <= Permutation.MaxRank)
        {
            Permutation.Run(source.Data, target.Data, shape, permutation, width / 8, context.Threads);
        }
        else
        {
            Moves.Run(new Move(shape.ToArray(), permutation.ToArray()), context, source, target);
        }
    }

    private readonly struct Move(long[] shape, int[] permutation) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int rank = shape.Length;
            Span<long> strides = stackalloc long[rank];
            Span<long> permuted = stackalloc long[rank];
            Span<long> dims = stackalloc long[rank];
            ShapeRules.Strides(shape, strides);
            for (int i = 0; i < rank; i++)
            {
                permuted[i] = strides[permutation[i]];
                dims[i] = shape[permutation[i]];
            }

            StridedCopy.ToPacked(ref Elements.Ref<T>(source), permuted, ref Elements.Ref<T>(target), dims);
        }
    }
}
