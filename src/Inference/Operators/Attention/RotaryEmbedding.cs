using System.Numerics;
using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Attention;

/// <summary>
/// Rotates pairs of the first rotary_embedding_dim elements of each head: (x₁, x₂) → (cos·x₁ − sin·x₂, sin·x₁ + cos·x₂); pairs are the two halves, or neighbours
/// with interleaved=1. X is [B, H, S, D] or [B, S, H·D]; the caches are [max, D/2] taken at the positions, or [B, S, D/2] without them.
/// Source: ONNX RotaryEmbedding, opset 23.
/// </summary>
internal sealed unsafe class RotaryEmbedding(Node node) : FloatOperator
{
    private readonly bool _interleaved = node.Attributes.Int("interleaved", 0) != 0;
    private readonly long _heads = node.Attributes.Int("num_heads", 0);
    private readonly long _dimension = node.Attributes.Int("rotary_embedding_dim", 0);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Dimension[]? x = context.InputShape(0);
        if (x is not null && x.Length is not (3 or 4))
        {
            throw context.Error($"input 0: expected rank 3 or 4, got [{string.Join(",", x)}].");
        }

        if (x is { Length: 3 } && (_heads <= 0 || (x[2].Size is { } hidden && hidden % _heads != 0)))
        {
            throw context.Error($"attribute 'num_heads': expected a divisor of the hidden size of [{string.Join(",", x)}], got {_heads}.");
        }

        Shapes.RequireType(context, 1, TypeSet.Floating);
        Shapes.RequireType(context, 2, TypeSet.Floating);
        if (context.InputShape(1) is { } cos)
        {
            Shapes.RequireShape(context, 2, cos);
        }

        context.SetOutput(0, type, x);
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool apart = context.InputAxis(0) == 0;
        for (int i = 1; i < context.InputCount; i++)
        {
            apart &= context.InputAxis(i) == (i == 3 || !context.Node.HasInput(3) ? 0 : BatchContext.None);
        }

        if (apart)
        {
            context.SetOutputAxis(0, 0);
        }
        else
        {
            context.SetAllMixed();
        }
    }

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        Tensor x = context.Input(0);
        Tensor cos = context.Input(1);
        Tensor sin = context.Input(2);
        Tensor? positions = context.OptionalInput(3);
        bool flat = x.Rank == 3;
        long heads = flat ? _heads : x.Dims[1];
        long rows = flat ? x.Dims[1] : x.Dims[2];
        long depth = flat ? x.Dims[2] / heads : x.Dims[3];
        long rotated = _dimension > 0 ? _dimension : depth;
        long half = rotated / 2;
        long cacheRow = cos.Dims[^1];
        if (rotated > depth || half > cacheRow)
        {
            throw context.Error($"expected rotary_embedding_dim ≤ {depth} and caches of at least {half} columns, got {rotated} and {cacheRow}.");
        }

        HeadLayout layout = flat ? HeadLayout.RowsFirst(heads, rows, depth) : HeadLayout.HeadsFirst(heads, rows, depth);
        long limit = cos.Count / Math.Max(1, cacheRow);
        for (long b = 0; b < x.Dims[0]; b++)
        {
            context.ThrowIfCancelled();
            for (long s = 0; s < rows; s++)
            {
                long position = positions is null ? b * rows + s : Scalars.ToInt64(positions, positions.Count == 1 ? 0 : b * rows + s);
                if ((ulong)position >= (ulong)limit)
                {
                    throw context.Error($"input 3: expected positions in [0, {limit - 1}], got {position}.");
                }

                C* c = (C*)cos.Data + position * cacheRow;
                C* n = (C*)sin.Data + position * cacheRow;
                for (long h = 0; h < heads; h++)
                {
                    long at = layout.Offset(b, h) + s * layout.Row;
                    Rotate((C*)x.Data + at, (C*)context.Output(0).Data + at, c, n, half, rotated, depth);
                }
            }
        }
    }

    private void Rotate<C>(C* x, C* y, C* cos, C* sin, long half, long rotated, long depth)
        where C : unmanaged, IFloatingPointIeee754<C>
    {
        for (long i = 0; i < half; i++)
        {
            long first = _interleaved ? 2 * i : i;
            long second = _interleaved ? 2 * i + 1 : i + half;
            C a = x[first];
            C b = x[second];
            y[first] = cos[i] * a - sin[i] * b;
            y[second] = sin[i] * a + cos[i] * b;
        }

        for (long i = rotated; i < depth; i++)
        {
            y[i] = x[i];
        }
    }
}
