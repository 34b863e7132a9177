using Inference.Operators.Movement;

namespace Inference.Operators.Views;

/// <summary>Inserts axes of size 1. Axes are an attribute below opset 13, an input since. Source: ONNX Unsqueeze, opsets 1 to 25.</summary>
internal sealed class Unsqueeze(Node node) : Operator
{
    private readonly long[]? _axes = node.Attributes.Ints("axes");

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        if ((context.HasInput(1) ? ShapeRules.Integers(context, 1) : _axes ?? throw context.Error("attribute 'axes': expected integers, but it is absent.")) is not { } axes)
        {
            long count = ShapeRules.Length(context, 1);
            context.SetOutput(0, context.InputType(0), shape is null || count < 0 ? null : ShapeRules.Unknown(context, shape.Length + count));
            return;
        }

        if (shape is null)
        {
            context.SetOutput(0, context.InputType(0), null);
            return;
        }

        int rank = shape.Length + axes.Length;
        ShapeRules.CheckRank(context, rank);
        var result = new Dimension[rank];
        var added = new bool[rank];
        foreach (long value in axes)
        {
            int axis = Shapes.Axis(context, value, rank);
            if (added[axis])
            {
                throw context.Error($"axes: expected distinct axes, got [{string.Join(",", axes)}].");
            }

            added[axis] = true;
        }

        int next = 0;
        for (int i = 0; i < rank; i++)
        {
            result[i] = added[i] ? Dimension.Fixed(1) : shape[next++];
        }

        context.SetOutput(0, context.InputType(0), result);
        if (result.Length <= 1 && context.InputShapeData(0) is { } data)
        {
            context.SetOutputShapeData(0, data);
        }
    }

    public override void Run(KernelContext context) => context.Input(0).CopyTo(context.Output(0));

    public override int AliasOf(int output) => 0;

    public override void PropagateBatch(BatchContext context) => ReshapeBatch.Propagate(context);
}
