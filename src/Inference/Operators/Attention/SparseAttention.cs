using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Grouped-query attention whose queries see blocks of keys that a layout names; see <see cref="SparseBlocks"/>. Inputs: query, key and value (or packed ones) and past as
/// <see cref="GroupQueryAttention"/> has them, block rows [L, blocks + 1], block columns [L, entries], the longest length, the length of each sequence [B], caches of rotary
/// angles. Outputs: [B, S, H·D], present key and value: the past with the new rows in their places. Source: com.microsoft SparseAttention.
/// </summary>
internal sealed class SparseAttention : FloatOperator
{
    private readonly GroupQueryForm _form;
    private readonly long _blockSize;

    public SparseAttention(Node node)
    {
        _form = new(node) { Lengths = 8, LengthAddend = 0, Total = 7, Cosines = 9, Positions = int.MaxValue, KeepsRest = true };
        _blockSize = node.Attributes.Int("sparse_block_size") is var size && size > 0 ? size
            : throw new ModelLoadException($"{node.Describe()}: attribute 'sparse_block_size': expected a number of positions greater than 0, got {size}.");
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        (Dimension batch, Dimension rows, Dimension depth, Dimension past) = _form.Check(context);
        if (context.InputShape(5) is { } layout && (layout[1].Size < 2 || layout[0].Size == 0 || _form.Heads % layout[0].Size is not (null or 0)))
        {
            throw context.Error($"input 5: expected at least one block, and a number of layouts that divides {_form.Heads} heads, got [{string.Join(",", layout)}].");
        }

        Dimension heads = Dimension.Fixed(_form.Heads);
        Shapes.RequireHoldable(context, "scores [batch, heads, rows, keys]", batch, heads, rows, past);
        context.SetOutput(0, type, [batch, rows, Shapes.Product([heads, depth])]);
        context.SetOutput(1, type, [batch, Dimension.Fixed(_form.KeyHeads), past, depth]);
        context.SetOutput(2, type, [batch, Dimension.Fixed(_form.KeyHeads), past, depth]);
    }

    protected override void RunDouble(KernelContext context) => throw context.Error("input 0: expected float32, float16 or bfloat16, got float64.");

    protected override void RunSingle(KernelContext context)
    {
        var blocks = new SparseBlocks(context.Input(5), context.Input(6), _blockSize);
        blocks.Check(context);
        var mask = new GroupQueryMask { IsCausal = true, Window = -1, Blocks = blocks };
        GroupQueryRun.Run(context, _form, in mask);
    }
}
