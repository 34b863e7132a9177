using System.Numerics;
using Inference.Kernels.Gemm;
using Inference.Kernels.Threading;
using Inference.Operators.MatrixProduct;

namespace Inference.Operators.Attention;

/// <summary>A product for each query head: Y[rows, columns] = scale·A[rows, depth]·op(B), B of the head's key head. Heads are shared out over threads, or each product where there are fewer heads.</summary>
internal unsafe struct HeadProducts<C> : IBlockAction
    where C : unmanaged, IFloatingPointIeee754<C>
{
    public AttentionSizes Sizes;
    public C* A;
    public HeadLayout LayoutA;
    public C* B;
    public HeadLayout LayoutB;
    public bool TransposesB;
    public C* Y;
    public HeadLayout LayoutY;
    public long Columns;
    public long Depth;
    public C Scale;
    private int _threads;

    public void Run(KernelContext context)
    {
        long heads = Sizes.Batch * Sizes.Heads;
        bool apart = context.Threads > 1 && heads >= context.Threads && heads <= JobSlot.MaxBlocks && (double)heads * Sizes.Rows * Columns * Depth >= GemmF32Driver.ParallelWork;
        if (apart)
        {
            _threads = 1;
            WorkerPool.Run((int)heads, ref this, context.Threads);
            return;
        }

        _threads = context.Threads;
        for (long head = 0; head < heads; head++)
        {
            context.ThrowIfCancelled();
            Head(head);
        }
    }

    public void Invoke(int block) => Head(block);

    private readonly void Head(long head)
    {
        (long b, long h) = Math.DivRem(head, Sizes.Heads);
        StridedProduct.Run(
            A + LayoutA.Offset(b, h), LayoutA.Row, B + LayoutB.Offset(b, h / (Sizes.Heads / Sizes.KeyHeads)), LayoutB.Row, TransposesB,
            Y + LayoutY.Offset(b, h), LayoutY.Row, Sizes.Rows, Columns, Depth, Scale, _threads);
    }
}
