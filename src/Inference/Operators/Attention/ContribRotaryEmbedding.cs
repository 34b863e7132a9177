using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Rotates pairs of the first rotary_embedding_dim elements of each head (as many as the caches hold where it is 0) by the angles of its position; see
/// <see cref="RotaryCore"/>. Input [B, S, H·D] or [B, H, S, D]; positions: one number, the first row's, or [B, S]; caches [max, rotary_embedding_dim / 2]. A hidden size without
/// num_heads is cut into heads of twice the caches' width. The attribute scale is read by no provider. Source: com.microsoft RotaryEmbedding.
/// </summary>
internal sealed unsafe class ContribRotaryEmbedding(Node node) : FloatOperator
{
    private readonly bool _interleaved = node.Attributes.Int("interleaved", 0) != 0;
    private readonly long _heads = node.Attributes.Int("num_heads", 0);
    private readonly long _dimension = node.Attributes.Int("rotary_embedding_dim", 0);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? x = context.InputShape(0);
        if (_dimension < 0 || _heads < 0 || _dimension % 2 != 0 || (_dimension > 0 && _heads == 0 && x is not { Length: 4 }))
        {
            throw context.Error($"expected an even rotary_embedding_dim ≥ 0 together with num_heads, got rotary_embedding_dim {_dimension} and num_heads {_heads}.");
        }

        if (x is { Length: 4 } && _heads > 0 && x[1].Size is { } heads && heads != _heads)
        {
            throw context.Error($"input 0: expected {_heads} heads, as in the attribute num_heads, got [{string.Join(",", x)}].");
        }

        if (x?[^1].Size is { } width && context.InputShape(2) is { } cache && cache[1].Size is { } half)
        {
            long depth = Depth(x.Length == 3, width, half);
            long rotated = _dimension > 0 ? _dimension : 2 * half;
            if (depth <= 0 || rotated > depth || rotated != 2 * half || (x.Length == 3 && width % depth != 0))
            {
                throw context.Error($"expected a rotary_embedding_dim of twice the width of the caches and at most the head size, and whole heads, got rotary_embedding_dim {_dimension}, num_heads {_heads}, input [{string.Join(",", x)}] and caches [{string.Join(",", cache)}].");
            }
        }

        context.SetOutput(0, context.InputType(0), x);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0 && context.InputAxis(2) == BatchContext.None && context.InputAxis(3) == BatchContext.None
            && context.InputAxis(1) == (context.InputShape(1) is { Length: 2 } ? 0 : BatchContext.None);
        context.SetAll(apart, 0);
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private long Depth(bool flat, long width, long half) => !flat ? width : _heads > 0 ? width / _heads : 2 * half;

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor positions = context.Input(1);
        Tensor cos = context.Input(2);
        Tensor sin = context.Input(3);
        if (x.Count == 0)
        {
            return;
        }

        bool flat = x.Rank == 3;
        long half = cos.Dims[1];
        long depth = Depth(flat, x.Dims[^1], half);
        long heads = flat ? x.Dims[2] / depth : x.Dims[1];
        long rows = x.Dims[^2];
        HeadLayout layout = flat ? HeadLayout.RowsFirst(heads, rows, depth) : HeadLayout.HeadsFirst(heads, rows, depth);
        var work = default(WorkCounter);
        C* y = (C*)context.Output(0).Data;
        for (long b = 0; b < x.Dims[0]; b++)
        {
            for (long s = 0; s < rows; s++)
            {
                work.Add(heads * depth);
                long position = positions.Rank == 2 ? Scalars.ToInt64(positions, b * rows + s) : Scalars.ToInt64(positions) + s;
                if ((ulong)position >= (ulong)cos.Dims[0])
                {
                    throw context.Error($"input 1: expected positions in [0, {cos.Dims[0] - 1}], the rows of the caches, got {position}.");
                }

                long at = layout.Offset(b, 0) + s * layout.Row;
                RotaryCore.RotateHeads((C*)x.Data + at, layout.Head, y + at, layout.Head, heads, (C*)cos.Data + position * half, (C*)sin.Data + position * half, 2 * half, depth, _interleaved);
            }
        }
    }
}
