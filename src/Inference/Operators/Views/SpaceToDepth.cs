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

    public override void Run(KernelContext context)
    {
        ReadOnlySpan<long> x = context.Input(0).Dims;

        // From n, c, h, b₁, w, b₂ to n, b₁, b₂, c, h, w.
        Permuted.Run(context, context.Input(0), context.Output(0), [x[0], x[1], x[2] / _block, _block, x[3] / _block, _block], [0, 3, 5, 1, 2, 4]);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        context.SetOutputAxis(0, own > 0 ? BatchContext.Mixed : own);
    }
}
