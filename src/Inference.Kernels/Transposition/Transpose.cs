using Inference.Kernels.Threading;

namespace Inference.Kernels.Transposition;

/// <summary>Permutation of the axes of row-major tensors, for elements of 1, 2, 4 and 8 bytes. Thread-safe.</summary>
internal static unsafe class Transpose
{
    /// <summary>The maximum number of axes that <see cref="Run"/> supports.</summary>
    public const int MaxRank = 16;

    /// <summary>y[c,r] = x[r,c].</summary>
    /// <param name="x">[rows, columns].</param>
    /// <param name="y">[columns, rows]; must not overlap <paramref name="x"/>.</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="columns">Columns of x.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2, 4 or 8.</param>
    /// <param name="ldx">Elements between rows of x; 0 means <paramref name="columns"/>.</param>
    /// <param name="ldy">Elements between rows of y; 0 means <paramref name="rows"/>.</param>
    public static void Run2D(void* x, void* y, nint rows, nint columns, int elementSize, nint ldx = 0, nint ldy = 0) =>
        Transpose2D.Run((byte*)x, ldx == 0 ? columns : ldx, (byte*)y, ldy == 0 ? rows : ldy, rows, columns, elementSize);

    /// <summary>y's axis i is x's axis permutation[i]. Source: ONNX Transpose, opset 21.</summary>
    /// <param name="x">Input, row-major with <paramref name="shape"/>.</param>
    /// <param name="y">Output; must not overlap <paramref name="x"/>.</param>
    /// <param name="shape">Sizes of x's axes; at most <see cref="MaxRank"/>.</param>
    /// <param name="permutation">A permutation of 0 … rank − 1.</param>
    /// <param name="elementSize">Bytes of an element: 1, 2, 4 or 8.</param>
    /// <param name="maxThreads">The most threads to use.</param>
    /// <exception cref="ArgumentException">The rank is too high, lengths differ, or the element size is not supported.</exception>
    public static void Run(
        void* x, void* y, ReadOnlySpan<long> shape, ReadOnlySpan<int> permutation, int elementSize, int maxThreads = 1)
    {
        if (shape.Length > MaxRank || shape.Length != permutation.Length || elementSize is not (1 or 2 or 4 or 8))
        {
            throw new ArgumentException(
                $"Expected a permutation of at most {MaxRank} axes and elements of 1, 2, 4 or 8 bytes, got {permutation.Length} of "
                + $"{shape.Length} axes and {elementSize} bytes. Check the permutation.");
        }

        var plan = new TransposePlan(shape, permutation, elementSize);
        if (plan.Total == 0)
        {
            return;
        }

        KernelAssert.Apart(x, plan.Total * elementSize, y, plan.Total * elementSize);
        KernelAssert.Run((byte*)x, plan.Total * elementSize);
        KernelAssert.Run((byte*)y, plan.Total * elementSize);
        plan.X = (byte*)x;
        plan.Y = (byte*)y;
        long bytes = plan.Total * elementSize;
        plan.Cut(maxThreads > 1 && bytes >= WorkerPool.SharedBytes ? WorkerPool.BlocksPerThread * maxThreads : 1);
        WorkerPool.Run(plan.Blocks, &TransposePlan.RunBlock, &plan, maxThreads);
    }
}
