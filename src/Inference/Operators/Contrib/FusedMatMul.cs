using Inference.Operators.MatrixProduct;
using Inference.Operators.Typed;

namespace Inference.Operators.Contrib;

/// <summary>
/// Y = alpha·op(A) × op(B), numpy's batches; transA and transB swap the last two dimensions, transBatchA and transBatchB move the first dimension before the last
/// ([d, b.., k] → [b.., d, k]) first. Source: com.microsoft FusedMatMul, TransposeMatMul.
/// </summary>
internal sealed unsafe class FusedMatMul(Node node) : FloatOperator
{
    private readonly float _alpha = node.Attributes.Float("alpha", 1f);
    private readonly bool _transA = node.Attributes.Int("transA", 0) != 0;
    private readonly bool _transB = node.Attributes.Int("transB", 0) != 0;
    private readonly bool _batchA = node.Attributes.Int("transBatchA", 0) != 0;
    private readonly bool _batchB = node.Attributes.Int("transBatchB", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireSameType(context, 0, 1);
        Dimension[]? a = Seen(context.InputShape(0), _transA, _batchA);
        Dimension[]? b = Seen(context.InputShape(1), _transB, _batchB);
        context.SetOutput(0, type, ProductShape.Infer(context, a, b));
    }

    public override Kernel? Prepare(PrepareContext context) =>
        _transA || _batchA || _batchB || context.InputDims(0).Length < 2 ? null : PackedProduct.TryCreate(context, 0, 1, _alpha, default, _transB);

    public override void PropagateBatch(BatchContext context)
    {
        if (_transA || _transB || _batchA || _batchB)
        {
            bool apart = context.InputAxis(1) == BatchContext.None && !_transA && !_batchA && !_batchB && context.InputShape(1) is { Length: 2 }
                && context.InputShape(0) is { } a && context.InputAxis(0) >= 0 && context.InputAxis(0) < a.Length - 1;
            context.SetAll(apart, context.InputAxis(0));

            return;
        }

        ProductShape.PropagateBatch(context);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private static Dimension[]? Seen(Dimension[]? shape, bool transposed, bool batch)
    {
        if (shape is null || shape.Length < 2)
        {
            return shape;
        }

        Dimension[] moved = batch ? [.. shape[1..^1], shape[0], shape[^1]] : (Dimension[])shape.Clone();
        if (transposed)
        {
            (moved[^1], moved[^2]) = (moved[^2], moved[^1]);
        }

        return moved;
    }

    private void Compute<C>(KernelContext context)
        where C : unmanaged, System.Numerics.IFloatingPointIeee754<C>
    {
        Tensor a = context.Input(0);
        Tensor b = context.Input(1);
        Tensor y = context.Output(0);
        C* left = (C*)context.Scratch((a.Count + b.Count + 1) * sizeof(C));
        C* right = left + a.Count;
        Span<long> dimsA = stackalloc long[a.Rank];
        Span<long> dimsB = stackalloc long[b.Rank];
        Arrange((C*)a.Data, a.Dims, _transA, _batchA, left, dimsA);
        Arrange((C*)b.Data, b.Dims, _transB, _batchB, right, dimsB);
        ProductShape.Sizes(dimsA, dimsB, out long m, out long n, out long k);
        ReadOnlySpan<long> batchA = ProductShape.Batch(dimsA);
        ReadOnlySpan<long> batchB = ProductShape.Batch(dimsB);
        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        MatMul.BroadcastBatch(batchA, batchB, batch);
        StridedLoop loop = StridedLoop.Over(batch);
        loop.AddBroadcast(batch, batchA);
        loop.AddBroadcast(batch, batchB);
        loop.Collapse();
        C* target = (C*)y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                context.ThrowIfCancelled();
                C* pa = left + (loop.Offset(0) + i * loop.InnerStride(0)) * m * k;
                C* pb = right + (loop.Offset(1) + i * loop.InnerStride(1)) * k * n;
                StridedProduct.Run(pa, k, pb, n, false, target, n, m, n, k, C.CreateTruncating(_alpha), context.Threads);
                target += m * n;
            }

            loop.Next();
        }
    }

    // Copies to the order in which the product reads.
    private static void Arrange<C>(C* source, ReadOnlySpan<long> dims, bool transposed, bool batch, C* target, Span<long> seen)
        where C : unmanaged
    {
        int rank = dims.Length;
        Span<int> order = stackalloc int[rank];
        for (int i = 0; i < rank; i++)
        {
            order[i] = !batch || rank < 2 || i == rank - 1 ? i : i == rank - 2 ? 0 : i + 1;
        }

        if (transposed && rank >= 2)
        {
            (order[rank - 1], order[rank - 2]) = (order[rank - 2], order[rank - 1]);
        }

        Span<long> strides = stackalloc long[rank];
        Span<long> moved = stackalloc long[rank];
        long stride = 1;
        for (int i = rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= dims[i];
        }

        for (int i = 0; i < rank; i++)
        {
            seen[i] = dims[order[i]];
            moved[i] = strides[order[i]];
        }

        StridedLoop loop = StridedLoop.Over(seen);
        loop.AddStrides(seen, moved);
        loop.Collapse();
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            C* from = source + loop.Offset(0);
            for (long i = 0; i < loop.Inner; i++)
            {
                *target++ = from[i * loop.InnerStride(0)];
            }

            loop.Next();
        }
    }
}
