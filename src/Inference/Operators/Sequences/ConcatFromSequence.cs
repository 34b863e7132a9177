using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Sequences;

/// <summary>The items one after another along an axis, or stacked along a new one. Source: ONNX ConcatFromSequence, opset 11.</summary>
internal sealed class ConcatFromSequence(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis");
    private readonly bool _stack = node.Attributes.Int("new_axis", 0) != 0;

    protected override void InferOutputs(InferContext context)
    {
        ModelValueType? element = SequenceTypes.ElementOf(context, 0);
        if (context.InputValue(0) is not null || element is null)
        {
            // The items may differ along the axis: the run looks at each.
            return;
        }

        Dimension[]? shape = element.Shape is null ? null : [.. element.Shape];
        if (shape is not null)
        {
            int axis = Shapes.Axis(context, _axis, shape.Length + (_stack ? 1 : 0));
            if (_stack)
            {
                shape = [.. shape.AsSpan(0, axis), Dimension.Unknown, .. shape.AsSpan(axis)];
            }
            else
            {
                shape[axis] = Dimension.Unknown;
            }
        }

        context.SetOutput(0, element.ElementType, shape);
    }

    public override void Run(KernelContext context)
    {
        SequenceData sequence = SequenceTypes.Get(context, 0);
        if (sequence.Items.Length == 0 || sequence.Items[0] is not Tensor first)
        {
            throw context.Error("input 0: expected a sequence of at least one tensor, got an empty one.");
        }

        int axis = Axis(context, first.Rank + (_stack ? 1 : 0));
        long[] dims = _stack ? [.. first.Dims[..axis], 1, .. first.Dims[axis..]] : first.Dims.ToArray();
        dims[axis] = 0;
        foreach (EngineValue item in sequence.Items)
        {
            Tensor tensor = item as Tensor ?? throw context.Error($"input 0: expected a sequence of tensors, got a {item.Kind.ToString().ToLowerInvariant()} in it.");
            dims[axis] += _stack ? 1 : tensor.Rank > axis ? tensor.Dims[axis] : 0;
            if (tensor.Rank != first.Rank || tensor.Type != first.Type || !Fits(tensor.Dims, first.Dims, axis))
            {
                throw context.Error($"input 0: expected items that match {first} {(_stack ? "exactly" : $"except on axis {axis}")}, got {tensor}.");
            }
        }

        Tensor y = context.Output(0, first.Type, dims);
        long position = 0;
        foreach (EngineValue item in sequence.Items)
        {
            context.ThrowIfCancelled();
            var tensor = (Tensor)item;
            Moves.Run(new Place(axis, position, _stack ? 1 : tensor.Dims[axis]), context, tensor, y);
            position += _stack ? 1 : tensor.Dims[axis];
        }
    }

    private int Axis(KernelContext context, int rank) => _axis >= -rank && _axis < rank
        ? Shapes.Axis(_axis, rank)
        : throw context.Error($"axis: expected a value in [{-rank}, {rank - 1}], got {_axis}.");

    private bool Fits(ReadOnlySpan<long> own, ReadOnlySpan<long> first, int axis) =>
        _stack ? own.SequenceEqual(first) : own[..axis].SequenceEqual(first[..axis]) && own[(axis + 1)..].SequenceEqual(first[(axis + 1)..]);

    private readonly struct Place(int axis, long position, long length) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            if (source.Count == 0)
            {
                return;
            }

            long inner = ShapeRules.Product(target.Dims, axis + 1, target.Rank);
            long outer = ShapeRules.Product(target.Dims, 0, axis);
            ReadOnlySpan<long> own = [length * inner, 1];
            ReadOnlySpan<long> whole = [target.Dims[axis] * inner, 1];
            StridedCopy.Run(
                ref Elements.Ref<T>(source), own, ref System.Runtime.CompilerServices.Unsafe.Add(ref Elements.Ref<T>(target), (nint)(position * inner)), whole, [outer, length * inner]);
        }
    }
}
