using System.Numerics;
using Inference.Kernels.Gemm;
using Inference.Operators.Typed;

namespace Inference.Operators.MatrixProduct;

/// <summary>Y = A × B as numpy's matmul: [.., M, K] × [.., K, N] → [.., M, N]. Integers wrap. Source: ONNX MatMul, opsets 1 to 13.</summary>
internal sealed unsafe class MatMul : FloatOperator
{
    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Numeric);
        Shapes.RequireSameType(context, 0, 1);
        context.SetOutput(0, type == ElementType.Undefined ? context.InputType(1) : type, ProductShape.Infer(context, context.InputShape(0), context.InputShape(1)));
    }

    public override long CountMacs(InferContext context) => ProductShape.CountMacs(context);

    public override void PropagateBatch(BatchContext context) => ProductShape.PropagateBatch(context);

    public override Kernel? Prepare(PrepareContext context) => PackedProduct.TryCreate(context, 0, 1, 1f, default);

    public override void Run(KernelContext context)
    {
        if (TypeSet.Floating.Contains(context.Input(0).Type))
        {
            base.Run(context);
            return;
        }

        var action = new Action(context);
        if (!Dispatch.Integer(context.Input(0).Type, ref action))
        {
            throw context.Error($"input 0: expected a numeric tensor, got {context.Input(0).Type.Name()}.");
        }
    }

    protected override void RunSingle(KernelContext context) => RunSingle(context, context.Input(0), context.Input(1), context.Output(0), 1f);

    protected override void RunDouble(KernelContext context) => RunNaive<double>(context, context.Input(0), context.Input(1), context.Output(0));

    /// <summary>The f32 product over broadcast batches.</summary>
    internal static void RunSingle(KernelContext context, Tensor a, Tensor b, Tensor y, float alpha)
    {
        if (y.Count == 0)
        {
            return;
        }

        ProductShape.Sizes(a.Dims, b.Dims, out long m, out long n, out long k);
        ReadOnlySpan<long> batchA = ProductShape.Batch(a.Dims);
        ReadOnlySpan<long> batchB = ProductShape.Batch(b.Dims);
        GemmEpilogue none = default;
        if (TensorShape.Count(batchB) == 1)
        {
            // One B: all rows of A are one matrix.
            long rows = a.Count / Math.Max(k, 1);
            GemmF32.Run((float*)a.Data, (nint)k, false, (float*)b.Data, (nint)n, false, (float*)y.Data, (nint)n, (nint)(k == 0 ? y.Count / n : rows), (nint)n, (nint)k, alpha, in none, context.Threads);
            return;
        }

        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        BroadcastBatch(batchA, batchB, batch);
        StridedLoop loop = StridedLoop.Over(batch);
        loop.AddBroadcast(batch, batchA);
        loop.AddBroadcast(batch, batchB);
        loop.Collapse();
        float* target = (float*)y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            context.ThrowIfCancelled();
            GemmF32.RunBatched(
                checked((int)loop.Inner), (float*)a.Data + loop.Offset(0) * m * k, (nint)k, (nint)(loop.InnerStride(0) * m * k), false,
                (float*)b.Data + loop.Offset(1) * k * n, (nint)n, (nint)(loop.InnerStride(1) * k * n), false,
                target, (nint)n, (nint)(m * n), (nint)m, (nint)n, (nint)k, alpha, in none, context.Threads);
            target += loop.Inner * m * n;
            loop.Next();
        }
    }

    internal static void BroadcastBatch(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> batch)
    {
        for (int i = 1; i <= batch.Length; i++)
        {
            long x = i <= a.Length ? a[^i] : 1;
            long y = i <= b.Length ? b[^i] : 1;
            batch[^i] = x == 1 ? y : x;
        }
    }

    /// <summary>The product over broadcast batches for types without a kernel of their own.</summary>
    internal static void RunNaive<C>(KernelContext context, Tensor a, Tensor b, Tensor y)
        where C : unmanaged, INumber<C>
    {
        context.ThrowIfCancelled();
        ProductShape.Sizes(a.Dims, b.Dims, out long m, out long n, out long k);
        ReadOnlySpan<long> batchA = ProductShape.Batch(a.Dims);
        ReadOnlySpan<long> batchB = ProductShape.Batch(b.Dims);
        Span<long> batch = stackalloc long[Math.Max(batchA.Length, batchB.Length)];
        BroadcastBatch(batchA, batchB, batch);
        StridedLoop loop = StridedLoop.Over(batch);
        loop.AddBroadcast(batch, batchA);
        loop.AddBroadcast(batch, batchB);
        loop.Collapse();
        y.Clear();
        C* target = (C*)y.Data;
        for (long outer = 0; outer < loop.Outer; outer++)
        {
            for (long i = 0; i < loop.Inner; i++)
            {
                C* left = (C*)a.Data + (loop.Offset(0) + i * loop.InnerStride(0)) * m * k;
                C* right = (C*)b.Data + (loop.Offset(1) + i * loop.InnerStride(1)) * k * n;
                NaiveProduct.Run(left, false, right, false, target, m, n, k, C.One);
                target += m * n;
            }

            loop.Next();
        }
    }

    private readonly struct Action(KernelContext context) : IIntegerAction
    {
        public void Invoke<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => RunNaive<T>(context, context.Input(0), context.Input(1), context.Output(0));
    }
}
