using System.Numerics;
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

    protected override void RunDouble(KernelContext context) => RunAny<double>(context, context.Input(0), context.Input(1), context.Output(0));

    /// <summary>The f32 product over broadcast batches.</summary>
    internal static void RunSingle(KernelContext context, Tensor a, Tensor b, Tensor y, float alpha) => BatchedProduct.Run<float>(context, new(a), new(b), y, alpha);

    internal static void BroadcastBatch(ReadOnlySpan<long> a, ReadOnlySpan<long> b, Span<long> batch)
    {
        for (int i = 1; i <= batch.Length; i++)
        {
            long x = i <= a.Length ? a[^i] : 1;
            long y = i <= b.Length ? b[^i] : 1;
            batch[^i] = x == 1 ? y : x;
        }
    }

    /// <summary>The product over broadcast batches, of any numbers.</summary>
    internal static void RunAny<C>(KernelContext context, Tensor a, Tensor b, Tensor y)
        where C : unmanaged, INumber<C> => BatchedProduct.Run<C>(context, new(a), new(b), y, 1f);

    private readonly struct Action(KernelContext context) : IIntegerAction
    {
        public void Invoke<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> => RunAny<T>(context, context.Input(0), context.Input(1), context.Output(0));
    }
}
