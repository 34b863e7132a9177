using Inference.Operators.Movement;
using Inference.Operators.Typed;
using Inference.Operators.Views;

namespace Inference.Operators.Joining;

/// <summary>x repeated along each axis. Opset 1 repeats one axis. Source: ONNX Tile, opsets 1 to 13.</summary>
internal sealed class Tile(Node node) : Operator
{
    private readonly bool _oneAxis = node.Opset < 6;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? shape = context.InputShape(0);
        if (shape is null || Repeats(context, shape.Length) is not { } repeats)
        {
            context.SetOutput(0, type, shape is null ? null : ShapeRules.Unknown(context, shape.Length));
            return;
        }

        var result = new Dimension[shape.Length];
        for (int i = 0; i < shape.Length; i++)
        {
            result[i] = repeats[i].Size == 1 ? shape[i] : Shapes.Product([shape[i], repeats[i]]);
        }

        context.SetOutput(0, type, result);
    }

    public override void Run(KernelContext context) => Moves.Run(default(Move), context, context.Input(0), context.Output(0));

    public override void PropagateBatch(BatchContext context)
    {
        int own = context.InputAxis(0);
        Dimension[]? repeats = _oneAxis ? null : context.InputSizes(1);
        if (repeats is null || context.InputShape(0) is not { } input || repeats.Length != input.Length)
        {
            context.SetAllMixed();
            return;
        }

        int axis = own;
        for (int i = 0; i < repeats.Length && axis != BatchContext.Mixed; i++)
        {
            if (own >= 0 && i == own)
            {
                axis = repeats[i].Size == 1 ? axis : BatchContext.Mixed;
            }
            else if (!context.IsFree(repeats[i]))
            {
                // What is the same for all rows is repeated over the batch once.
                axis = axis == BatchContext.None && context.IsBatchDimension(repeats[i]) && input[i].Size == 1 ? i : BatchContext.Mixed;
            }
        }

        context.SetOutputAxis(0, axis);
    }

    private Dimension[]? Repeats(InferContext context, int rank)
    {
        if (_oneAxis)
        {
            if (ShapeRules.Integers(context, 1) is not { Length: > 0 } tiles || ShapeRules.Integers(context, 2) is not { Length: > 0 } axes)
            {
                return null;
            }

            var result = new Dimension[rank];
            Array.Fill(result, Dimension.Fixed(1));
            result[Shapes.Axis(context, axes[0], rank)] = Dimension.Fixed(Math.Max(0, tiles[0]));
            return result;
        }

        ShapeRules.RequireLength(context, 1, "repeats", rank, "one for each axis");
        Dimension[]? repeats = null;
        if (ShapeRules.Integers(context, 1) is { } numbers)
        {
            if (Array.Exists(numbers, n => n < 0))
            {
                throw context.Error($"repeats: expected values ≥ 0, got [{string.Join(",", numbers)}].");
            }

            repeats = Shapes.Fixed(numbers);
        }

        repeats ??= context.InputShapeData(1);
        if (repeats is not null && repeats.Length != rank)
        {
            throw context.Error($"repeats: expected {rank} values, one per axis, got {repeats.Length}.");
        }

        return repeats;
    }

    private readonly struct Move : IMove
    {
        public void Run<T>(KernelContext context, Tensor source, Tensor target)
        {
            // Axis i of the target is (repeat, position in the source): the repeats do not move the source.
            int rank = source.Rank;
            Span<long> own = stackalloc long[rank];
            Span<long> strides = stackalloc long[rank * 2];
            Span<long> dims = stackalloc long[rank * 2];
            ShapeRules.Strides(source.Dims, own);
            for (int i = 0; i < rank; i++)
            {
                dims[i * 2] = target.Dims[i] / source.Dims[i];
                dims[(i * 2) + 1] = source.Dims[i];
                strides[i * 2] = 0;
                strides[(i * 2) + 1] = own[i];
            }

            StridedCopy.ToPacked(ref Elements.Ref<T>(source), strides, ref Elements.Ref<T>(target), dims, context.Threads);
        }
    }
}
