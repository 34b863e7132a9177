using Inference.Operators.Joining;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Sequences;

/// <summary>
/// A tensor cut along an axis into parts of given lengths, of one length (the last may be shorter), or of length 1, whose axis goes unless keepdims is set. The standard ignores keepdims
/// where a length is given; PyTorch's exporter writes unbind with a length of 1 and keepdims 0, so that this one length, as a scalar, takes the axis away as well, as in ONNX Runtime.
/// Source: ONNX SplitToSequence, opsets 11 to 24.
/// </summary>
internal sealed class SplitToSequence(Node node) : Operator
{
    // A tensor object each, some GB.
    private const long MaxItems = 1 << 24;

    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly bool _keep = node.Attributes.Int("keepdims", 1) != 0;

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        Shapes.RequireType(context, 1, TypeSet.Index);
        Dimension[]? item = null;
        if (shape is not null)
        {
            int axis = Shapes.Axis(context, _axis, shape.Length);
            bool? drop = _keep ? false : !context.HasInput(1) ? true : context.InputConstant(1) is { } split ? IsOne(split)
                : context.InputShape(1) is { Length: > 0 } ? false : null;
            if (drop is { } known)
            {
                item = known ? [.. shape.AsSpan(0, axis), .. shape.AsSpan(axis + 1)] : (Dimension[])shape.Clone();
                if (!known)
                {
                    item[axis] = context.HasInput(1) ? Dimension.Unknown : Dimension.Fixed(1);
                }
            }
        }

        context.SetOutput(0, ModelValueType.Sequence(ModelValueType.Tensor(context.InputType(0), item)));
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        int axis = Shapes.Axis(_axis, x.Rank);
        long size = x.Dims[axis];
        long[] lengths = Lengths(context, size);
        bool drop = !_keep && (context.OptionalInput(1) is not { } split || IsOne(split));
        context.Claim((long)lengths.Length * 2 * nint.Size);
        var items = new EngineValue[lengths.Length];
        long offset = 0;
        for (int i = 0; i < items.Length; i++)
        {
            context.ThrowIfCancelled();
            long[] dims = x.Dims.ToArray();
            dims[axis] = lengths[i];
            Tensor part = context.Allocate(x.Type, dims);
            Moves.Run(new Split.Move(axis, offset), context, x, part);
            offset += lengths[i];
            if (drop)
            {
                context.Claim(Tensor.Overhead);
                var view = new Tensor();
                view.SetView(part, part.Type, [.. dims.AsSpan(0, axis), .. dims.AsSpan(axis + 1)]);
                part = view;
            }

            items[i] = part;
        }

        context.SetOutput(0, new SequenceData(items, x.Type));
    }

    private static bool IsOne(Tensor split) => split.Rank == 0 && split.ToInt64Array()[0] == 1;

    private static long[] Lengths(KernelContext context, long size)
    {
        if (context.OptionalInput(1) is not { } split)
        {
            var ones = new long[Items(context, size)];
            Array.Fill(ones, 1);
            return ones;
        }

        long[] given = split.ToInt64Array();
        if (split.Rank > 0)
        {
            long rest = size;
            foreach (long length in given)
            {
                rest = length >= 0 && length <= rest ? rest - length : -1;
            }

            return rest == 0 ? given : throw context.Error($"split: expected lengths that sum to {size}, got [{string.Join(",", given)}].");
        }

        long chunk = given[0];
        if (chunk <= 0)
        {
            throw context.Error($"split: expected a length of at least 1, got {chunk}.");
        }

        var result = new long[Items(context, (size / chunk) + (size % chunk == 0 ? 0 : 1))];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Math.Min(chunk, size - (i * chunk));
        }

        return result;
    }

    // Each item takes an object of its own besides its elements.
    private static long Items(KernelContext context, long count)
    {
        if (count > MaxItems)
        {
            throw context.Error($"expected at most {MaxItems} parts, got {count}. Split into longer parts.");
        }

        return count;
    }
}
