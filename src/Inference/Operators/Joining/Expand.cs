using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Joining;

/// <summary>x broadcast to the shape that x and the given shape broadcast to. Source: ONNX Expand, opsets 8 to 13.</summary>
internal sealed class Expand : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 1, TypeSet.Int64);
        Dimension[]? shape = context.InputShape(0);
        Dimension[]? wanted = null;
        if (ShapeRules.Integers(context, 1) is { } numbers)
        {
            ShapeRules.CheckRank(context, numbers.Length);
            foreach (long number in numbers)
            {
                if (number < 0)
                {
                    throw context.Error($"shape: expected dimensions ≥ 0, got [{string.Join(",", numbers)}].");
                }
            }

            wanted = Shapes.Fixed(numbers);
        }
        else
        {
            long rank = ShapeRules.Length(context, 1);
            wanted = context.InputShapeData(1) ?? (rank < 0 ? null : ShapeRules.Unknown(context, rank));
        }

        Dimension[]? result = Shapes.Broadcast(context, shape, wanted);
        context.SetOutput(0, context.InputType(0), result);
    }

    public override void Run(KernelContext context) => Moves.Run(default(Move), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        if (context.InputSizes(1) is not { } sizes || context.InputShape(0) is not { } input || (own == BatchContext.None && context.InputAxis(1) == BatchContext.None))
        {
            context.SetAllMixed();
            return;
        }

        // Both are aligned at their ends.
        int rank = Math.Max(sizes.Length, input.Length);
        int axis = own < 0 ? own : own + rank - input.Length;
        for (int i = 0; i < sizes.Length && axis != BatchContext.Mixed; i++)
        {
            int at = i + rank - sizes.Length;
            int source = at - rank + input.Length;
            if (at == axis && own >= 0)
            {
                axis = sizes[i].Size == 1 || sizes[i] == input[own] ? axis : BatchContext.Mixed;
            }
            else if (!context.IsFree(sizes[i]))
            {
                // What is the same for all rows is spread over the batch once.
                bool spread = axis == BatchContext.None && context.IsBatchDimension(sizes[i]) && (source < 0 || input[source].Size == 1);
                axis = spread ? at : BatchContext.Mixed;
            }
        }

        context.SetOutputAxis(0, axis);
    }

    private readonly struct Move : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            Span<long> own = stackalloc long[source.Rank];
            Span<long> strides = stackalloc long[target.Rank];
            ShapeRules.Strides(source.Dims, own);
            strides.Clear();
            int shift = target.Rank - source.Rank;
            for (int i = 0; i < source.Rank; i++)
            {
                strides[i + shift] = source.Dims[i] == 1 ? 0 : own[i];
            }

            StridedCopy.ToPacked(ref Elements.Ref<T>(source), strides, ref Elements.Ref<T>(target), target.Dims, context.Threads);
        }
    }
}
