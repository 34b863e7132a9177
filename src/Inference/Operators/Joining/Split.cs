using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Joining;

/// <summary>
/// x [.., n, ..] → parts along <c>axis</c>: of the given lengths (attribute below opset 13, input since), else of equal length; <c>num_outputs</c> (18) lets the last be
/// shorter. Source: ONNX Split, opsets 1 to 18.
/// </summary>
internal sealed class Split(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 0);
    private readonly long[]? _lengths = node.Attributes.Ints("split");
    private readonly int _outputs = node.Outputs.Count;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (context.InputShape(0) is not { } shape)
        {
            for (int i = 0; i < _outputs; i++)
            {
                context.SetOutput(i, type, null);
            }

            return;
        }

        int axis = Shapes.Axis(context, _axis, shape.Length);
        bool given = context.HasInput(1) || _lengths is not null;
        ShapeRules.RequireLength(context, 1, "split", _outputs, "one for each output");
        long[]? lengths = context.HasInput(1) ? ShapeRules.Integers(context, 1) : _lengths;
        if (lengths is not null)
        {
            Check(context, lengths, shape[axis]);
        }

        for (int i = 0; i < _outputs; i++)
        {
            var part = (Dimension[])shape.Clone();
            part[axis] = lengths is not null ? Dimension.Fixed(lengths[i])
                : given || shape[axis].Size is not { } size ? Dimension.Unknown
                : Dimension.Fixed(Equal(context, size, i));
            context.SetOutput(i, type, part);
            if (part.Length == 1 && lengths is not null && context.InputShapeData(0) is { } data && data.Length == shape[0].Size)
            {
                long start = 0;
                for (int k = 0; k < i; k++)
                {
                    start += lengths[k];
                }

                context.SetOutputShapeData(i, data.AsSpan((int)start, (int)lengths[i]).ToArray());
            }
        }
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        int axis = Shapes.Axis(_axis, x.Rank);
        long offset = 0;
        for (int i = 0; i < _outputs; i++)
        {
            long length;
            if (context.HasOutput(i))
            {
                Tensor y = context.Output(i);
                length = y.Dims[axis];
                Moves.Run(new Move(axis, offset), context, x, y);
            }
            else
            {
                length = context.OptionalInput(1) is { } lengths ? Integers.At(lengths, i) : _lengths?[i] ?? Part(x.Dims[axis], i);
            }

            offset += length;
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        int result = own >= 0 && (context.InputShape(0) is not { } shape || Shapes.Axis(_axis, shape.Length) == own) ? BatchContext.Mixed : own;
        for (int i = 0; i < _outputs; i++)
        {
            context.SetOutputAxis(i, result);
        }
    }

    private long Equal(InferContext context, long size, int output)
    {
        // Below 18, and where num_outputs is absent, the parts must be equal.
        if (context.Node.Opset < 18 && size % _outputs != 0)
        {
            throw context.Error($"expected a length divisible by {_outputs}, the number of equal parts, got {size}. State the lengths of the parts.");
        }

        long declared = context.Node.Attributes.Int("num_outputs", _outputs);
        if (declared != _outputs)
        {
            throw context.Error($"num_outputs: expected the number of outputs, {_outputs}, got {declared}.");
        }

        return Part(size, output);
    }

    private long Part(long size, int output)
    {
        long length = (size + _outputs - 1) / _outputs;
        return Math.Clamp(size - (length * output), 0, length);
    }

    private void Check(InferContext context, long[] lengths, Dimension size)
    {
        long rest = lengths.Length == _outputs ? size.Size ?? long.MaxValue : -1;
        foreach (long length in lengths)
        {
            rest = length >= 0 && length <= rest ? rest - length : -1;
        }

        if (rest < 0 || (size.Size is not null && rest != 0))
        {
            throw context.Error($"split: expected {_outputs} lengths ≥ 0 that sum to {size}, got [{string.Join(",", lengths)}].");
        }
    }

    internal readonly struct Move(int axis, long offset) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            long outer = ShapeRules.Product(source.Dims, 0, axis);
            long inner = ShapeRules.Product(source.Dims, axis + 1, source.Rank);
            long own = target.Dims[axis] * inner;
            ReadOnlySpan<long> sourceStrides = [source.Dims[axis] * inner, 1];
            ReadOnlySpan<long> targetStrides = [own, 1];
            StridedCopy.Run(ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)(offset * inner)), sourceStrides, ref Elements.Ref<T>(target), targetStrides, [outer, own], context.Threads);
        }
    }
}
