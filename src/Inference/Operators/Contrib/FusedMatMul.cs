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
        where C : unmanaged, System.Numerics.IFloatingPointIeee754<C> =>
        BatchedProduct.Run<C>(context, new(context.Input(0), _transA, _batchA), new(context.Input(1), _transB, _batchB), context.Output(0), _alpha);
}
