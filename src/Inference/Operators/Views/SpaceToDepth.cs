using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>x [N, C, H, W] → y [N, C·b², H/b, W/b]: blocks of b × b pixels become channels. Source: ONNX SpaceToDepth, opsets 1 to 13.</summary>
internal sealed class SpaceToDepth : Operator
{
    private readonly long _block;

    public SpaceToDepth(Node node)
    {
        _block = node.Attributes.Int("blocksize");
        if (_block is <= 0 or > int.MaxValue)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'blocksize': expected a number ≥ 1, got {_block}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        if (Shapes.RequireRank(context, 0, 4) is not { } shape)
        {
            context.SetOutput(0, context.InputType(0), ShapeRules.Unknown(context, 4));
            return;
        }

        if (shape[2].Size % _block > 0 || shape[3].Size % _block > 0)
        {
            throw context.Error($"expected a height and width divisible by {_block}, got {shape[2]} and {shape[3]}.");
        }

        context.SetOutput(
            0,
            context.InputType(0),
            [
                shape[0],
                Shapes.Product([shape[1], Dimension.Fixed(checked(_block * _block))]),
                shape[2].Size is { } h ? Dimension.Fixed(h / _block) : Dimension.Unknown,
                shape[3].Size is { } w ? Dimension.Fixed(w / _block) : Dimension.Unknown,
            ]);
    }

    public override void Run(KernelContext context) => Moves.Run(new Move(_block), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        context.SetOutputAxis(0, own > 0 ? BatchContext.Mixed : own);
    }

    private readonly struct Move(long b) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            long c = source.Dims[1];
            long h = target.Dims[2];
            long w = target.Dims[3];
            long row = source.Dims[3];

            // Target axes: n, b₁, b₂, c, h, w.
            ReadOnlySpan<long> dims = [source.Dims[0], b, b, c, h, w];
            ReadOnlySpan<long> strides = [c * source.Dims[2] * row, row, 1, source.Dims[2] * row, b * row, b];
            StridedCopy.ToPacked(ref Elements.Ref<T>(source), strides, ref Elements.Ref<T>(target), dims);
        }
    }
}
