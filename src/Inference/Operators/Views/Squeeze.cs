using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>Removes axes of size 1: those given, or all. Axes are an attribute below opset 13, an input since. Source: ONNX Squeeze, opsets 1 to 25.</summary>
internal sealed class Squeeze(Node node) : Operator
{
    private readonly long[]? _axes = node.Attributes.Ints("axes");

    protected override void InferOutputs(InferContext context)
    {
        if (context.InputShape(0) is not { } shape)
        {
            context.SetOutput(0, context.InputType(0), null);
            return;
        }

        if (context.HasInput(1) || _axes is not null)
        {
            if ((context.HasInput(1) ? ShapeRules.Integers(context, 1) : _axes) is not { } axes)
            {
                // Even where the axes are not known: there must be as many of size 1, and where all go, every size is 1.
                long count = ShapeRules.Length(context, 1);
                if (count > shape.Count(d => d.Size is null or 1))
                {
                    throw context.Error($"axes: expected axes of size 1, got {count} axes for shape {ShapeRules.Format(shape)}.");
                }

                context.SetOutput(0, context.InputType(0), count < 0 ? null : ShapeRules.Unknown(context, shape.Length - count));
                return;
            }

            Set(context, Remove(context, shape, axes));
            return;
        }

        var kept = new List<Dimension>();
        foreach (Dimension dim in shape)
        {
            if (!dim.IsFixed)
            {
                context.SetOutput(0, context.InputType(0), null);
                return;
            }

            if (dim.Size != 1)
            {
                kept.Add(dim);
            }
        }

        Set(context, [.. kept]);
    }

    public override void Run(KernelContext context) => context.Input(0).CopyTo(context.Output(0));

    public override int AliasOf(int output) => 0;

    public override void PropagateBatch(BatchContext context) => ReshapeBatch.Propagate(context);

    private static void Set(InferContext context, Dimension[] shape)
    {
        context.SetOutput(0, context.InputType(0), shape);
        if (context.InputShapeData(0) is { } data)
        {
            context.SetOutputShapeData(0, data);
        }
    }

    private static Dimension[] Remove(InferContext context, Dimension[] shape, long[] axes)
    {
        var gone = new bool[shape.Length];
        int count = 0;
        foreach (long value in axes)
        {
            int axis = Shapes.Axis(context, value, shape.Length);
            if (shape[axis].Size is not (null or 1))
            {
                throw context.Error($"axes: expected axes of size 1, got {axis} of shape {ShapeRules.Format(shape)}.");
            }

            count += gone[axis] ? 0 : 1;
            gone[axis] = true;
        }

        var result = new Dimension[shape.Length - count];
        int next = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            if (!gone[i])
            {
                result[next++] = shape[i];
            }
        }

        return result;
    }
}
