using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>x [N, C, H, W] → y [N, C/b², H·b, W·b]: channels become blocks of b × b pixels, depth-first (DCR) or column-first (CRD). Source: ONNX DepthToSpace, opsets 1 to 13.</summary>
internal sealed class DepthToSpace : Operator
{
    private readonly long _block;
    private readonly bool _columnsFirst;

    public DepthToSpace(Node node)
    {
        _block = node.Attributes.Int("blocksize");
        if (_block is <= 0 or > int.MaxValue)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'blocksize': expected a number ≥ 1, got {_block}.");
        }

        _columnsFirst = node.Attributes.String("mode", "DCR") switch
        {
            "DCR" => false,
            "CRD" => true,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'mode': expected DCR or CRD, got '{other}'."),
        };
    }

    protected override void InferOutputs(InferContext context)
    {
        if (Shapes.RequireRank(context, 0, 4) is not { } shape)
        {
            context.SetOutput(0, context.InputType(0), ShapeRules.Unknown(context, 4));
            return;
        }

        if (shape[1].Size % (_block * _block) > 0)
        {
            throw context.Error($"expected a number of channels divisible by {_block * _block}, got {shape[1]}.");
        }

        Dimension block = Dimension.Fixed(_block);
        context.SetOutput(
            0,
            context.InputType(0),
            [shape[0], shape[1].Size is { } size ? Dimension.Fixed(size / (_block * _block)) : Dimension.Unknown, Shapes.Product([shape[2], block]), Shapes.Product([shape[3], block])]);
    }

    public override void Run(KernelContext context)
    {
        ReadOnlySpan<long> x = context.Input(0).Dims;
        long c = context.Output(0).Dims[1];

        // To n, c, h, b₁, w, b₂.
        ReadOnlySpan<long> shape = _columnsFirst ? [x[0], c, _block, _block, x[2], x[3]] : [x[0], _block, _block, c, x[2], x[3]];
        ReadOnlySpan<int> permutation = _columnsFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
        Permuted.Run(context, context.Input(0), context.Output(0), shape, permutation);
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        context.SetOutputAxis(0, own > 0 ? BatchContext.Mixed : own);
    }
}
