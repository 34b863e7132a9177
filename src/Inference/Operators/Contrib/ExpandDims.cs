using Inference.Operators.Movement;
using Inference.Operators.Views;

namespace Inference.Operators.Contrib;

/// <summary>Inserts one axis of size 1 where the second input says. Source: com.microsoft ExpandDims.</summary>
internal sealed class ExpandDims : Operator
{
    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        if (shape is null || ShapeRules.Integers(context, 1) is not [var given])
        {
            context.SetOutput(0, context.InputType(0), shape is null ? null : ShapeRules.Unknown(context, shape.Length + 1));
            return;
        }

        ShapeRules.CheckRank(context, shape.Length + 1);
        int axis = Shapes.Axis(context, given, shape.Length + 1);
        context.SetOutput(0, context.InputType(0), [.. shape.AsSpan(0, axis), Dimension.Fixed(1), .. shape.AsSpan(axis)]);
    }

    public override void Run(KernelContext context) => context.Input(0).CopyTo(context.Output(0));

    public override int AliasOf(int output) => 0;

    public override void PropagateBatch(BatchContext context) => ReshapeBatch.Propagate(context);
}
