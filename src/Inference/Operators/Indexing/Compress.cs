using System.Runtime.CompilerServices;
using Inference.Kernels.Threading;
using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Indexing;

/// <summary>The slices along an axis (or, without one, the elements) whose condition holds. Source: ONNX Compress, opsets 9 to 11.</summary>
internal sealed class Compress(Node node) : Operator
{
    private readonly long? _axis = node.Attributes.Contains("axis") ? node.Attributes.Int("axis") : null;

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Bool);
        Dimension[]? shape = context.InputShape(0);
        Dimension kept = context.InputConstant(1) is { } condition ? Dimension.Fixed(CountKept(condition)) : Dimension.Unknown;
        if (shape is null)
        {
            context.SetOutput(0, context.InputType(0), _axis is null ? [kept] : null);
            return;
        }

        int axis = _axis is { } given ? Shapes.Axis(context, given, shape.Length) : -1;
        Dimension size = axis < 0 ? Shapes.Product(shape) : shape[axis];
        if (Shapes.RequireRank(context, 1, 1) is { } conditions && conditions[0].Size > size.Size)
        {
            throw context.Error($"condition: expected at most {size} values, got {conditions[0]}.");
        }

        context.SetOutput(0, context.InputType(0), axis < 0 ? [kept] : [.. shape.AsSpan(0, axis), kept, .. shape.AsSpan(axis + 1)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor condition = context.Input(1);
        Moves.Run(new Move(this, condition), context, context.Input(0), context.Output(0));
    }

    private static long CountKept(Tensor condition)
    {
        long count = 0;
        var work = default(WorkCounter);
        foreach (bool value in condition.Span<bool>())
        {
            work.Add(1);
            count += value ? 1 : 0;
        }

        return count;
    }

    private readonly struct Move(Compress op, Tensor condition) : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            int axis = op._axis is { } given ? Shapes.Axis(given, source.Rank) : -1;
            long outer = axis < 0 ? 1 : ShapeRules.Product(source.Dims, 0, axis);
            nint inner = axis < 0 ? 1 : (nint)ShapeRules.Product(source.Dims, axis + 1, source.Rank);
            long size = axis < 0 ? source.Count : source.Dims[axis];
            ReadOnlySpan<bool> keep = condition.Span<bool>();
            ref T to = ref Elements.Ref<T>(target);
            var work = default(WorkCounter);
            for (long o = 0; o < outer; o++)
            {
                ref T from = ref Unsafe.Add(ref Elements.Ref<T>(source), (nint)(o * size) * inner);
                for (int i = 0; i < keep.Length; i++)
                {
                    work.Add(2 + (keep[i] ? inner : 0));
                    if (keep[i])
                    {
                        StridedCopy.Block(ref Unsafe.Add(ref from, i * inner), ref to, inner);
                        to = ref Unsafe.Add(ref to, inner);
                    }
                }
            }
        }
    }
}
