using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Structure;

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
            ShapeRules.CheckRank(numbers.Length);
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
            wanted = context.InputShapeData(1) ?? (rank < 0 ? null : ShapeRules.Unknown(rank));
        }

        Dimension[]? result = Shapes.Broadcast(context, shape, wanted);
        context.SetOutput(0, context.InputType(0), result);
    }

    public override void Run(KernelContext context) => Moves.Run(default(Move), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context) => BroadcastBatch(context);

    // The shape is not data; the input keeps its batch axis, counted from the end, or gains one where it is spread over the batch.
    internal static void BroadcastBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        if (context.OutputShape(0) is not { } output || context.InputShape(0) is not { } input)
        {
            context.SetAllMixed();
            return;
        }

        if (own >= 0)
        {
            int axis = own + output.Length - input.Length;
            context.SetOutputAxis(0, output[axis] == input[own] ? axis : BatchContext.Mixed);
        }
        else if (own == BatchContext.None)
        {
            context.SetOutputAxis(0, ConstantOfShape.BatchAxis(context, output));
        }
        else
        {
            context.SetOutputAxis(0, BatchContext.Mixed);
        }
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

            StridedCopy.ToPacked(ref Elements.Ref<T>(source), strides, ref Elements.Ref<T>(target), target.Dims);
        }
    }
}
