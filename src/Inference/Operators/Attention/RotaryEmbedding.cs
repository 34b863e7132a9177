using System.Numerics;
using Inference.Kernels.Threading;
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
    private readonly long _dimension = node.Attributes.Int("rotary_embedding_dim", 0) is var size && size >= 0 && size % 2 == 0 ? size
        : throw new ModelLoadException($"{node.Describe()}: attribute 'rotary_embedding_dim': expected an even number of elements, got {size}.");

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
        if (x is not null)
        {
            CheckCaches(context, x);
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

        context.SetAll(apart, 0);
    }

    private void CheckCaches(InferContext context, Dimension[] x)
    {
        Dimension rows = x[^2];
        bool placed = context.HasInput(3);
        if (context.InputShape(1) is { } cache)
        {
            if (cache.Length != (placed ? 2 : 3))
            {
                throw context.Error($"input 1: expected {(placed ? "[positions, D/2]" : "[batch, rows, D/2]")} {(placed ? "with" : "without")} position_ids, got [{string.Join(",", cache)}].");
            }

            if (!placed)
            {
                Shapes.RequireShape(context, 1, x[0], rows, cache[2]);
            }
        }

        if (placed && context.InputShape(3) is { } positions && !(positions.Length == 2 && positions[1].Size == 1))
        {
            Shapes.RequireShape(context, 3, x[0], rows);
        }

        if ((x.Length == 4 ? x[3].Size : x[2].Size / _heads) is not { } depth)
        {
            return;
        }

        long rotated = _dimension > 0 ? _dimension : depth;
        if (rotated > depth || rotated % 2 != 0 || context.InputShape(1)?[^1].Size < rotated / 2)
        {
            throw context.Error($"expected heads of an even size, at least {rotated} elements, and caches of at least {rotated / 2} columns, got heads of {depth} and caches [{string.Join(",", context.InputShape(1) ?? [])}].");
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
        if (x.Count == 0)
        {
            return;
        }

        HeadLayout layout = flat ? HeadLayout.RowsFirst(heads, rows, depth) : HeadLayout.HeadsFirst(heads, rows, depth);
        long limit = cos.Count / Math.Max(1, cacheRow);
        var work = default(WorkCounter);
        for (long b = 0; b < x.Dims[0]; b++)
        {
            for (long s = 0; s < rows; s++)
            {
                work.Add(heads * depth);
                long position = positions is null ? b * rows + s : Scalars.ToInt64(positions, positions.Dims[1] == 1 ? b : b * rows + s);
                if ((ulong)position >= (ulong)limit)
                {
                    throw context.Error($"input 3: expected positions in [0, {limit - 1}], got {position}.");
                }

                C* c = (C*)cos.Data + position * cacheRow;
                C* n = (C*)sin.Data + position * cacheRow;
                long at = layout.Offset(b, 0) + s * layout.Row;
                RotaryCore.RotateHeads((C*)x.Data + at, layout.Head, (C*)context.Output(0).Data + at, layout.Head, heads, c, n, 2 * half, depth, _interleaved);
            }
        }
    }
}
